"""What a preview says of what it would change is read from its last lines."""

from bench.platform.project import announced

SAID = """
 +   pulumi:pulumi:Stack maas-dev create 3 messages

Resources:
    + 117 to create
    ~ 2 to update
    +-1 to replace
    30 unchanged
"""


def test_changes_of_every_sort_are_added_up_and_what_stays_is_not() -> None:
    assert announced(SAID) == 120


def test_a_preview_without_changes_announces_none() -> None:
    assert announced("Resources:\n    117 unchanged\n") == 0
