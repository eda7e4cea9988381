from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.stand_ins.kubernetes import propertypath

_KEYS = st.text(min_size=1, max_size=6).filter(lambda key: "\\" not in key and key != "*")
_PATHS = st.builds(
    lambda first, rest: (first, *rest), _KEYS, st.lists(st.one_of(_KEYS, st.integers(0, 99)), max_size=4)
)


@given(_PATHS)
def test_a_written_path_reads_as_itself(path: tuple[str | int, ...]) -> None:
    assert propertypath.parsed(propertypath.written(path)) == path


def test_keys_with_dots_are_quoted() -> None:
    assert propertypath.written(("metadata", "labels", "x.y/z")) == 'metadata.labels["x.y/z"]'
    assert propertypath.written(("spec", "l", 2, "k")) == "spec.l[2].k"


def test_a_path_contains_what_lies_below_it() -> None:
    inside = propertypath.parsed('metadata.annotations["a.b/c"]')
    assert propertypath.contains(propertypath.parsed("metadata.annotations"), inside)
    assert propertypath.contains(propertypath.parsed("metadata[*]"), inside)
    assert not propertypath.contains(inside, propertypath.parsed("metadata.annotations"))


def test_a_broken_path_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"'a\[x'.*character 1"):
        propertypath.parsed("a[x")
