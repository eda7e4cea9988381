"""The pinned version tells the release."""

import pytest

from components.config.operators import OpenShiftAi


@pytest.mark.parametrize(
    ("csv", "release"),
    [("rhods-operator.3.3.0", (3, 3)), ("rhods-operator.v3.10.2", (3, 10)), ("rhods-operator.3.4.0-ea1", (3, 4))],
)
def test_the_release_is_read_from_the_pinned_version(csv: str, release: tuple[int, int]) -> None:
    assert OpenShiftAi.model_validate({"channel": "stable-3.x", "startingCSV": csv}).release == release
