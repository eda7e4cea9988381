from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from dynamic_providers.threescale.rule_order import declared_positions, named, placements, taken_up


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10_000)), st.permutations("abcdefgh"))
def test_positions_follow_the_order_of_the_server(declared: dict[str, int], in_order: list[str]) -> None:
    positions = declared_positions(in_order, declared)
    values = [positions[key] for key in in_order]
    assert values == sorted(values)
    assert sorted(positions[key] for key in declared) == sorted(declared.values())


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10_000)))
def test_the_declared_order_gives_the_declared_positions(declared: dict[str, int]) -> None:
    in_order = sorted(declared, key=lambda key: declared[key])
    assert declared_positions(in_order, declared) == declared


def test_missing_rules_take_up_spare_ones_in_their_places_and_the_rest_is_left_over() -> None:
    served = {key: {"id": number} for number, key in enumerate(("kept", "spare", "old", "foreign", "last"))}
    taken, left_over = taken_up(served, ["spare", "old", "last"], ["new", "kept", "newer"])
    assert list(taken.items()) == [
        ("kept", {"id": 0}),
        ("new", {"id": 1}),
        ("newer", {"id": 2}),
        ("foreign", {"id": 3}),
    ]
    assert left_over == [{"id": 4}]


def test_a_missing_rule_without_a_spare_one_is_still_missing() -> None:
    served = {"kept": {"id": 1}}
    assert taken_up(served, [], ["new", "kept"]) == (served, [])


def test_a_second_rule_of_the_same_request_is_told_apart_by_its_id() -> None:
    rules = [{"id": number, "http_method": "GET", "pattern": "/"} for number in (7, 8)]
    assert list(named(rules)) == ["GET /", "GET / (id 8)"]


def test_the_oldest_of_several_rules_has_the_plain_name() -> None:
    rules = [{"id": number, "http_method": "GET", "pattern": "/"} for number in (9, 7, 8)]
    assert list(named(rules)) == ["GET / (id 9)", "GET /", "GET / (id 8)"]


def written(wanted: Sequence[str], served: Sequence[str], rewritten: AbstractSet[str]) -> tuple[list[str], list[str]]:
    """Return what 3scale holds when the placements are carried out, and the keys that were written."""
    order, keys = list(served), []
    for key, place in placements(wanted, served, rewritten):
        keys.append(key)
        if place is not None:
            order = [other for other in order if other != key]
            order.insert(place, key)
    return order, keys


SUBSETS = st.sets(st.sampled_from("abcdef"))


@given(st.permutations("abcdef"), st.permutations("abcdefwxyz"), SUBSETS, SUBSETS)
def test_declared_rules_get_their_order_and_foreign_ones_keep_theirs(
    wanted: list[str], in_order: list[str], missing: set[str], rewritten: set[str]
) -> None:
    served = [key for key in in_order if key not in missing]
    order, keys = written(wanted, served, rewritten - missing)
    assert [key for key in order if key in wanted] == wanted
    assert [key for key in order if key not in wanted] == [key for key in served if key not in wanted]
    assert len(keys) == len(set(keys))
    assert missing | rewritten <= set(keys)


@given(st.permutations("abcdef"), st.permutations("abcdefwxyz"))
def test_no_order_is_reached_with_fewer_writes(wanted: list[str], in_order: list[str]) -> None:
    places = [in_order.index(key) for key in wanted]
    ascents = (chosen for size in range(7) for chosen in combinations(places, size) if list(chosen) == sorted(chosen))
    assert len(written(wanted, in_order, frozenset())[1]) == len(wanted) - max(map(len, ascents))


@given(st.permutations("abcdef"), SUBSETS)
def test_a_rule_that_is_rewritten_where_it_stands_is_not_moved(wanted: list[str], rewritten: set[str]) -> None:
    assert dict(placements(wanted, wanted, rewritten)) == dict.fromkeys(rewritten)
