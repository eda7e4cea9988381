"""What a check across sections is made of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from components.config.problems import Problem
from components.config.settings import Settings


@dataclass(frozen=True)
class Names:
    """Keys as written, also of entries that are wrong in themselves and missing from the settings."""

    models: frozenset[str]
    plans: frozenset[str]
    secrets: frozenset[str] = frozenset()
    """Keys of the secrets that are set."""


@dataclass(frozen=True)
class Promise:
    """A check across sections; it runs when the sections it reads are valid in themselves."""

    reads: frozenset[str]
    """Field names of `Settings`."""
    broken: Callable[[Settings, Names], Iterator[Problem]]
    """Yields what does not hold."""


def repeated(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each key whose value an earlier key has too, with that key."""
    owners: dict[str, str] = {}
    for key, value in values.items():
        first = owners.setdefault(value, key)
        if first != key:
            yield key, first
