"""Every stack file of the project is valid, says what it needs, and places a whole platform without a cluster."""

import re
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.config import ConfigError
from components.config.compat import Compat
from components.config.secrets import SECRET_KEYS
from components.config.validation import validated
from tests.example_stacks.page import PATH, page
from tests.example_stacks.stacks import Example, examples, previewed, stack_files
from tests.support.recorder import DYNAMIC, recorded
from tests.support.stack_file import ROOT, merged
from tests.support.stack_file_schema import judge

EXAMPLES = examples()
PRODUCTION = [one for one in EXAMPLES if one.config["environment"] == "prod"]
SWITCHES = [str(field.alias) for field in Compat.model_fields.values()]

every = pytest.mark.parametrize("example", stack_files(), ids=lambda one: one.name)
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one.name)


def refused(config: dict[str, Any], secrets: frozenset[str]) -> set[str]:
    """Paths of what is wrong with a stack file that has these secrets."""
    try:
        validated(config, secrets)
    except ConfigError as refusal:
        return {problem.path for problem in refusal.problems}
    return set()


def test_there_is_a_stack_file_per_guide_and_per_kind_of_platform() -> None:
    guides = {"guide-models-aas", "guide-ai-accelerator", "guide-model-as-a-service", "guide-models-aas-demo"}

    assert {one.name for one in EXAMPLES} >= guides | {"prod-aws", "bare-metal", "minimal"}
    assert {one.name for one in PRODUCTION} == {"prod-aws", "minimal"}


@every
def test_a_stack_file_passes_the_schema(example: Example) -> None:
    judge().validate(yaml.safe_load(example.text))


@every
def test_a_stack_file_previews_without_a_cluster(example: Example) -> None:
    found = previewed(example)

    assert found.of("kubernetes:apps.3scale.net/v1alpha1:APIManager")
    products = found.of(f"{DYNAMIC}threescale:Product")
    assert {one.name for one in products} == set(example.config["models"])
    assert found.of(f"{DYNAMIC}threescale:ProxyPromotion")


@every
def test_a_stack_file_holds_no_secret(example: Example) -> None:
    assert "secure:" not in example.text


@every_example
def test_a_stack_file_names_exactly_the_secrets_it_needs(example: Example) -> None:
    needed = frozenset({*example.generated, *example.secrets})

    assert refused(example.offline(), needed) == set()
    for one in needed:
        paths = refused(example.offline(), needed - {one})
        # A server's wish for a key is what is wrong, when there is none.
        assert len(paths) == 1, one
        assert paths == {one} or re.fullmatch(r"models\..*\.server\.requireApiKey", paths.pop())


@every_example
def test_a_secret_that_a_stack_file_is_better_with_exists_and_can_be_left_out(example: Example) -> None:
    known = {key.name for key in SECRET_KEYS if not key.is_needed(example.config)}

    assert set(example.optional_secrets) <= known
    assert not {*example.optional_secrets} & {*example.secrets}


@pytest.mark.parametrize("switch", SWITCHES)
@pytest.mark.parametrize("example", PRODUCTION, ids=lambda one: one.name)
def test_production_refuses_every_switch_of_compat(example: Example, switch: str) -> None:
    needed = frozenset({*example.generated, *example.secrets})
    on = merged(example.offline(), {"compat": {switch: True}})

    assert f"compat.{switch}" in refused(on, needed)


@every_example
def test_a_switch_of_compat_is_on_in_guides_only_and_says_why(example: Example) -> None:
    switches = example.config.get("compat", {})

    assert bool(switches) == example.name.startswith("guide-")
    for switch in switches:
        assert re.search(rf"^    {switch}: true # \S", example.text, re.MULTILINE), switch


def test_every_switch_of_compat_is_shown_by_some_guide() -> None:
    shown = {switch for one in EXAMPLES for switch in one.config.get("compat", {})}

    assert shown == set(SWITCHES)


@every_example
def test_what_nobody_can_know_is_marked(example: Example) -> None:
    """Digests and revisions of zeros are place holders: only whoever has registry and model can name them."""
    lines = example.text.split("\n")
    for number, line in enumerate(lines):
        if "0" * 40 in line:
            assert "yours" in " ".join(lines[number - 2 : number + 1]).lower(), line


def test_the_page_about_the_stack_files_is_current() -> None:
    """A change that adds a resource shows there as a number: run `python -m tests.example_stacks`."""
    assert PATH.read_text(encoding="utf-8") == page(EXAMPLES)


def test_another_teams_program_reads_the_outputs_of_every_platform() -> None:
    for example in EXAMPLES:
        read = consumer(previewed(example).outputs)

        names = [model.get("systemName", key) for key, model in example.config["models"].items()]
        assert set(read["base_urls"]) == set(names)
        assert all(url.endswith(".apps.cluster.example.com/v1") for url in read["base_urls"].values())
        assert len(read["context_lengths"]) == len(names)


def consumer(outputs: dict[str, Any]) -> dict[str, Any]:
    """What the consumer of `examples/consumer` exports for these outputs of a platform."""

    class Reference:
        def __init__(self, name: str) -> None:
            assert name == "organization/maas/dev"

        def require_output(self, name: str) -> pulumi.Output[Any]:
            return pulumi.Output.from_input(outputs[name])

    def program() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pulumi, "StackReference", Reference)
            patch.setattr(pulumi.Config, "require", lambda _self, _key: "organization/maas/dev")
            runpy.run_path(str(ROOT / "examples" / "consumer" / "__main__.py"), run_name="__main__")

    return recorded(program).outputs


def test_no_stack_file_is_left_out() -> None:
    assert {one.path for one in EXAMPLES} == set(Path(ROOT / "examples" / "stacks").iterdir())
