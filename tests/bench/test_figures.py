"""The bench tells what it measured beside what it is compared with."""

from bench.figures import Figure, as_json, table
from bench.floor import Model


def test_the_least_number_of_calls_of_a_model() -> None:
    assert Model(methods=5, limits=2).calls == 15 + 2 * 5 + 2


def test_a_figure_stands_beside_its_floor_and_a_missed_goal_is_told() -> None:
    good = Figure(what="calls", value=27, unit="calls", floor=27, goal="≤ 1.1 ×", good=True)
    missed = Figure(what="preview", value=2.6, unit="s", floor=1.3, goal="≤ 1.3 ×", good=False)
    rows = table([good, missed]).splitlines()[2:]

    assert rows == [
        "| calls | 27 calls | 27 calls | 1.00 | ≤ 1.1 × | yes |",
        "| preview | 2.6 s | 1.3 s | 2.00 | ≤ 1.3 × | **no** |",
    ]
    assert as_json([missed], {"cores": 2})["figures"][0]["ratio"] == 2


def test_a_figure_without_a_floor_is_only_reported() -> None:
    assert table([Figure(what="state", value=1234.5, unit="KB")]).endswith("| state | 1,234 KB | – | – | – | – |\n")
