from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils.quantity import parse_quantity

from toolchain.stand_ins.kubernetes import quantity


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("0.5", "500m"),
        ("1000", "1k"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("512Ki", "512Ki"),
        ("0.5Ki", "512"),
        ("10Gi", "10Gi"),
        ("0", "0"),
        ("-250m", "-250m"),
        ("1e3", "1e3"),
        ("1E", "1E"),
        ("0.0000000001", "1n"),
    ],
)
def test_canonical_form(written: str, canonical: str) -> None:
    assert quantity.canonical(written) == canonical


@pytest.mark.parametrize("written", ["", "x", "1KB", "1 Gi", "--1", "Gi", "1.2.3"])
def test_other_texts_are_no_quantities(written: str) -> None:
    assert quantity.canonical(written) is None


_WRITTEN = st.builds(
    "{}{}{}".format,
    st.integers(0, 10**6),
    st.sampled_from(["", ".5", ".25", ".125"]),
    st.sampled_from(["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"]),
)


@given(_WRITTEN)
def test_the_canonical_form_has_the_same_value_and_its_own_kind_is_stable(written: str) -> None:
    canonical = quantity.canonical(written)
    assert canonical is not None
    before = parse_quantity(written)  # type: ignore[no-untyped-call]  # the client has no types here
    assert parse_quantity(canonical) == before  # type: ignore[no-untyped-call]  # as above
    if canonical.endswith("i") or "i" not in written:  # a binary value without binary suffix reads as a decimal one
        assert quantity.canonical(canonical) == canonical
