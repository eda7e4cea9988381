"""Keys of the stack file."""

import pytest

from operations.adopt.keys import dns_label, free


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("tiny", "tiny"),
        ("Mistral_7B", "mistral-7b"),
        ("2b-x", "m-2b-x"),
        ("a/b_", "a-b"),
        ("__", "m"),
        ("x" * 80, "x" * 63),
    ],
)
def test_a_name_becomes_a_label_that_begins_with_a_letter(name: str, label: str) -> None:
    assert dns_label(name) == label


def test_a_label_that_is_taken_gets_a_number() -> None:
    assert [free("a", taken) for taken in (set[str](), {"a"}, {"a", "a-2"})] == ["a", "a-2", "a-3"]
