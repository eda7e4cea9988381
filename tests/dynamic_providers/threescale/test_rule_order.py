from hypothesis import given
from hypothesis import strategies as st

from dynamic_providers.threescale.rule_order import declared_positions, named


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


def test_a_second_rule_of_the_same_request_is_told_apart_by_its_id() -> None:
    rules = [{"id": number, "http_method": "GET", "pattern": "/"} for number in (7, 8)]
    assert list(named(rules)) == ["GET /", "GET / (id 8)"]
