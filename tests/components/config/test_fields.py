"""Paths through the configuration's models, where one of several forms of an object stands."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.fields import alternatives_at, field_at, section_at, type_name, untagged, walk
from components.config.section import Section


class Cat(Section):
    kind: Literal["cat"] = Field(description="`cat`: purrs.")
    lives: int = Field(default=9, description="How many.")
    name: str = Field(description="Its name.")


class Dog(Section):
    kind: Literal["dog", "puppy"] = Field(description="`dog` and `puppy`: bark.")
    tricks: tuple[str, ...] = Field(default=(), description="What it can do.")
    name: str = Field(description="Its name.")


Animal = Annotated[Cat | Dog, Field(discriminator="kind")]


class House(Section):
    guest: Animal | None = Field(default=None, description="Who visits.")
    pets: dict[str, Animal] = Field(default={}, description="Who lives here.")
    queue: tuple[Animal, ...] = Field(default=(), description="Who waits.")


def test_a_path_is_written_without_the_alternative_that_pydantic_names() -> None:
    assert untagged(House, ["guest", "cat", "lives"]) == ["guest", "lives"]
    assert untagged(House, ["pets", "cat", "cat", "lives"]) == ["pets", "cat", "lives"]
    assert untagged(House, ["queue", 0, "puppy", "tricks", 1]) == ["queue", 0, "tricks", 1]


def test_a_field_and_a_section_are_found_behind_an_alternative() -> None:
    found = field_at(House, ["pets", "tom", "cat", "lives"])
    assert found is not None
    assert found.description == "How many."
    assert section_at(House, ["guest", "puppy"]) is Dog
    assert section_at(House, ["guest"]) is None


def test_alternatives_are_known_by_every_value_of_their_first_key() -> None:
    assert alternatives_at(House, ["guest"]) == {"cat": Cat, "dog": Dog, "puppy": Dog}
    assert alternatives_at(House, ["pets", "tom"]) == {"cat": Cat, "dog": Dog, "puppy": Dog}
    assert alternatives_at(Cat, ["name"]) == {}


def test_every_key_of_every_alternative_is_listed_once_per_meaning() -> None:
    listed = {path: info for path, info in walk(House) if path.startswith("guest")}

    assert list(listed) == ["guest", "guest.kind", "guest.lives (cat)", "guest.name", "guest.tricks (dog, puppy)"]
    assert type_name(listed["guest"].annotation) == "object"
    assert type_name(listed["guest.kind"].annotation) == "one of `cat`, `dog`, `puppy`"
    assert listed["guest.kind"].description == "`cat`: purrs. `dog` and `puppy`: bark."
    assert listed["guest.kind"].is_required()


def test_alternatives_in_mappings_and_lists_are_listed_below_them() -> None:
    paths = [path for path, _ in walk(House)]

    assert "pets.<name>.lives (cat)" in paths
    assert "queue[].kind" in paths
