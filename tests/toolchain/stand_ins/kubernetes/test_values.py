from __future__ import annotations

from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from toolchain.stand_ins.kubernetes import values
from toolchain.stand_ins.kubernetes.values import UNKNOWN, Secret, Value

_KEYS = st.text(max_size=8).filter(lambda key: key != values.SIGNATURE_KEY)
_SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer()),
    st.text().filter(lambda text: text != values.UNKNOWN_TEXT),
    st.just(UNKNOWN),
)
_TREES = st.dictionaries(
    _KEYS,
    st.recursive(
        _SCALARS,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(_KEYS, inner, max_size=4), inner.map(Secret)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


@given(_TREES)
def test_what_goes_out_comes_back(tree: dict[str, Value]) -> None:
    assert values.tree(values.struct(tree)) == tree


def test_null_is_left_out_of_maps_and_kept_in_lists() -> None:
    wire = values.struct({"a": None, "b": [None, 1]})
    assert values.tree(wire) == {"b": [None, 1]}


def test_null_from_the_wire_is_left_out() -> None:
    wire = Struct()
    wire.update({"a": None, "b": {"c": None}})
    assert values.tree(wire) == {"b": {}}


def test_whole_numbers_are_integers() -> None:
    tree = values.tree(values.struct({"replicas": 3.0, "share": 0.5}))
    assert repr(tree) == "{'replicas': 3, 'share': 0.5}" or repr(tree) == "{'share': 0.5, 'replicas': 3}"


def test_plain_has_no_secrets_left() -> None:
    assert values.plain({"a": Secret({"b": [Secret("x")]})}) == {"a": {"b": ["x"]}}


def test_unknown_is_found_inside_secrets() -> None:
    assert values.has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not values.has_unknown({"a": [Secret({"b": 1})]})


def test_true_is_not_one() -> None:
    assert not values.same({"a": True}, {"a": 1})
    assert values.same({"a": 1.0}, {"a": 1})
    assert not values.same("1", UNKNOWN)
