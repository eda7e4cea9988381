"""What a stack file declares passes the check of each provider: no call to a server, no surprise in `up`."""

import base64
import pickle
from collections.abc import Mapping
from typing import Any

import pytest

from dynamic_providers.declared import DeclaredProvider
from tests.example_stacks.stacks import Example, previewed, stack_files
from tests.support.recorder import DYNAMIC, SECRET_SIGNATURE, Registration


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """The value as the provider gets it: secrets without their marks."""
    if isinstance(value, Mapping):
        members = {key: plain(member) for key, member in value.items()}
        return members["value"] if SECRET_SIGNATURE in value else members
    return [plain(member) for member in value] if isinstance(value, list) else value


def provider_of(one: Registration) -> DeclaredProvider:
    """The provider that the program put beside the inputs."""
    provider = pickle.loads(base64.b64decode(one.inputs["__provider"]))  # noqa: S301 - this program made it
    assert isinstance(provider, DeclaredProvider)
    return provider


@pytest.mark.parametrize("example", stack_files(), ids=lambda one: one.name)
def test_what_a_stack_file_declares_passes_the_checks(example: Example) -> None:
    declared = [one for one in previewed(example).resources if one.type.startswith(DYNAMIC)]

    refused = []
    for one in declared:
        inputs = {key: plain(value) for key, value in one.inputs.items() if key != "__provider"}
        checked = provider_of(one).check({}, inputs)
        refused += [f"{one.type} {one.name}: {failure.property} {failure.reason}" for failure in checked.failures]
        # An input that the provider does not know would be dropped in silence.
        assert inputs.keys() <= checked.inputs.keys() | {"adopt"} | absent_outputs(one), one.type

    assert len(declared) > 20
    assert refused == []


def absent_outputs(one: Registration) -> set[str]:
    """Names of what only the server fills in."""
    return {name for name, value in one.inputs.items() if value is None}
