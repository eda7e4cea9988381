"""What other teams read."""

import pulumi
import pytest

from components.config.outputs import OUTPUTS
from components.outputs import stack_outputs
from tests.components.config.test_validation import MODEL, settings
from tests.support.recorder import recorded


def test_every_described_output_has_a_value() -> None:
    found: list[str] = []

    def program() -> None:
        found.extend(stack_outputs(settings(), {(MODEL, "standard"): pulumi.Output.from_input("81")}))

    recorded(program)

    assert set(found) == {output.name for output in OUTPUTS}


def test_a_plan_without_an_id_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        stack_outputs(settings(), {})
