"""Every example stack, deployed as its file says on a sandbox that is the file's cluster, and removed again."""

from pathlib import Path

import pytest

from tests.example_stacks.called import call_models
from tests.example_stacks.deployed import deployment
from tests.example_stacks.stacks import Example, examples

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

QUICK = "guide-ai-accelerator"
"""The one of `make test`: a server of buckets, OpenShift AI, a model and its developer's key, 3scale with its files in
a bucket and its policy from a Secret; no Keycloak, which takes the longest of all to start."""


def _marked(example: Example) -> object:
    return pytest.param(example, id=example.name, marks=[] if example.name == QUICK else [pytest.mark.slow])


@pytest.mark.parametrize("example", [_marked(one) for one in examples()])
def test_an_example_stack_deploys_answers_and_can_be_removed(example: Example, tmp_path: Path) -> None:
    with deployment(example, tmp_path / "sandbox") as made:
        with made.somebody_at_work():
            made.platform.up("--skip-preview")
        made.platform.pulumi("preview", "--expect-no-changes")

        assert {model["name"] for model in made.platform.outputs()["models"]} == set(example.config["models"])
        assert set(call_models(made)) == set(example.config["models"])

        made.removed()
        assert made.platform.state() == []
