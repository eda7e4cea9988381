"""What differs between an example stack and its deployment is little, named once and with a reason."""

import pytest
import yaml

from tests.example_stacks.deployed import DIFFERENCES, SAME_SECRETS, Difference, with_differences
from tests.example_stacks.stacks import Example, examples
from tests.example_stacks.surroundings import SURROUNDINGS
from tests.support.stack_file_schema import judge

EXAMPLES = {one.name: one for one in examples()}

every_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=lambda one: one.name)


def test_the_tables_know_every_example_and_no_other() -> None:
    assert set(SURROUNDINGS) == set(EXAMPLES)
    assert set(DIFFERENCES) <= set(EXAMPLES)
    assert set(SAME_SECRETS) <= set(EXAMPLES)


@every_example
def test_a_deployed_file_differs_where_the_table_says_and_passes_the_schema(example: Example) -> None:
    stack_file = yaml.safe_load(example.text)
    changed = with_differences(stack_file, DIFFERENCES.get(example.name, ()))

    judge().validate(changed)
    assert (changed != stack_file) == bool(DIFFERENCES.get(example.name))


def test_a_difference_without_its_key_in_the_file_is_refused() -> None:
    stack_file = yaml.safe_load(EXAMPLES["minimal"].text)

    with pytest.raises(LookupError, match=r"threescale\.nothing"):
        with_differences(stack_file, (Difference(path="threescale.nothing", value=1, reason="A test."),))


def test_a_difference_reaches_into_lists() -> None:
    stack_file = yaml.safe_load(EXAMPLES["minimal"].text)
    changed = with_differences(
        stack_file, (Difference(path="models.granite.plans.0", value="other", reason="A test."),)
    )

    assert changed["config"]["maas:models"]["granite"]["plans"] == ["other"]


@every_example
def test_secrets_that_are_the_same_are_both_needed(example: Example) -> None:
    for name, other in SAME_SECRETS.get(example.name, {}).items():
        assert {name, other} <= set(example.secrets)


@every_example
def test_what_is_there_is_said(example: Example) -> None:
    around = SURROUNDINGS[example.name]

    assert bool(around.said) == bool(around.there or around.meanwhile or around.options)
