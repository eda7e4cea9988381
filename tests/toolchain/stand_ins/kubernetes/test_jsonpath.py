from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.stand_ins.kubernetes.awaiting import jsonpath

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Value

OBJECT: dict[str, Value] = {
    "metadata": {"annotations": {"a.b/c": "x"}, "generation": 2},
    "spec": {"containers": [{"name": "a", "port": 80}, {"name": "b", "port": 443}, {"name": "c"}]},
    "status": {
        "conditions": [
            {"type": "Ready", "status": "False"},
            {"type": "Available", "status": "True", "message": "it's up"},
        ],
        "zero": 0,
        "nothing": None,
    },
}


@pytest.mark.parametrize(
    ("path", "nodes"),
    [
        (".metadata.generation", [2]),
        ("$.metadata.generation", [2]),
        (".metadata.annotations['a.b/c']", ["x"]),
        ('.metadata.annotations["a.b/c"]', ["x"]),
        (".spec.containers[0].name", ["a"]),
        (".spec.containers[-1].name", ["c"]),
        (".spec.containers[5].name", []),
        (".spec.containers[*].port", [80, 443]),
        (".spec.containers[1:].name", ["b", "c"]),
        (".spec.containers[::2].name", ["a", "c"]),
        (".spec.containers[0,2].name", ["a", "c"]),
        ("..port", [80, 443]),
        ("..[?(@.port)].name", ["a", "b"]),
        ('.status.conditions[?(@.type=="Available")].status', ["True"]),
        ("..[?@.message=='it\\'s up'].type", ["Available"]),
        ('.status.conditions[?@.type=="Ready" || @.type=="Available"].type', ["Ready", "Available"]),
        ('.status.conditions[?(@.type=="Available" && @.status=="False")].type', []),
        ('.status.conditions[?(!(@.type=="Ready"))].type', ["Available"]),
        (".spec.containers[?(@.port>80)].name", ["b"]),
        (".spec.containers[?(@.port<=80)].name", ["a"]),
        (".spec.containers[?(@.port != 80)].name", ["b", "c"]),
        (".spec.containers[?(@.port == $.spec.containers[0].port)].name", ["a"]),
        (".status.zero", [0]),
        (".status.nothing", [None]),
        (".status.missing", []),
        (".status.zero.deeper", []),
        (".spec.containers[?(@.name == true)].name", []),
    ],
)
def test_a_path_selects(path: str, nodes: list[Value]) -> None:
    assert jsonpath.compiled(path)(OBJECT) == nodes


@pytest.mark.parametrize(
    "path",
    ["status.x", ".", ".a[", ".a[]", ".a[?]", ".a[?(@.b==)]", ".a[?(1)]", ".a b", ".a[1.5]", ".a[?(@.b==x)]", "#"],
)
def test_a_broken_path_is_refused(path: str) -> None:
    with pytest.raises(jsonpath.JsonPathError, match=r"position \d+"):
        jsonpath.compiled(path)


_NAMES = st.text(min_size=1, max_size=10).filter(lambda name: "\\" not in name)


@given(_NAMES, st.integers())
def test_any_name_can_be_quoted(name: str, value: int) -> None:
    quoted = '"' + name.replace('"', '\\"') + '"'
    assert jsonpath.compiled(f"[{quoted}]")({name: value, name + "x": None}) == [value]


@given(st.lists(st.integers(), max_size=6), st.integers(-8, 8))
def test_an_index_is_pythons(numbers: list[int], index: int) -> None:
    expected = [numbers[index]] if -len(numbers) <= index < len(numbers) else []
    assert jsonpath.compiled(f"[{index}]")(numbers) == expected


@given(st.text(max_size=20))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        select = jsonpath.compiled(text)
    except jsonpath.JsonPathError:
        return
    assert isinstance(select(OBJECT), list)
