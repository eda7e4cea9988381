from hypothesis import given
from hypothesis import strategies as st

from dynamic_providers.threescale.portal_memory import Memory, journal_objects, journal_text, packed, unpacked, without

OBJECTS = st.dictionaries(st.text(min_size=1), st.none() | st.dictionaries(st.text(), st.text() | st.none()))


@given(OBJECTS)
def test_what_is_packed_comes_back_and_is_spelled_alike(objects: dict[str, dict[str, str | None] | None]) -> None:
    assert unpacked(packed(objects)) == journal_objects(journal_text(objects)) == objects
    assert packed(dict(reversed(objects.items()))) == packed(objects)
    assert Memory.of(Memory(dict(objects)).outputs()).objects == objects


def test_a_text_of_somebody_else_is_no_note() -> None:
    assert journal_objects("") == journal_objects("hello") == {}


def test_a_long_text_is_kept_small() -> None:
    assert len(packed({"page /": {"published": "<p>the same line</p>\n" * 1000}})) < 300


def test_without_leaves_the_rest() -> None:
    assert without({"a": None, "b": {}}, ["a", "c"]) == {"b": {}}
