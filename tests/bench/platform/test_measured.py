"""What was measured becomes figures, size by size, and slopes between the sizes."""

from bench.platform.growth import Pair
from bench.platform.measured import QUANTITIES, Size, counted, figures, slopes


def test_a_size_is_told_in_words() -> None:
    assert [counted(models) for models in (1, 20)] == ["1 model", "20 models"]


def test_a_value_stands_beside_its_floor_and_has_the_size_in_its_name() -> None:
    size = Size(models=20, values={"up": Pair(value=30.0, floor=10.0), "again-writes": Pair(value=2)})

    up, again = figures([size])

    assert (up.what, up.ratio, up.goal) == ("first `up` of 20 models", 3.0, "")
    assert (again.goal, again.good) == ("0", False)


def test_only_what_grows_with_the_catalogue_has_a_slope() -> None:
    sizes = [
        Size(models=models, values={"up": Pair(value=10.0 + models), "more-up": Pair(value=4.0)})
        for models in (1, 3, 9)
    ]

    assert [one.what for one in slopes(sizes)] == [
        "first `up`, 1 → 3 models",
        "first `up`, 3 → 9 models",
        "first `up`: last slope over the first",
    ]


def test_every_quantity_names_its_size() -> None:
    assert all("{models}" in quantity.what for quantity in QUANTITIES.values())
