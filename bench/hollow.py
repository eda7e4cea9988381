"""The bench's program with providers that do nothing: what Pulumi needs for these inputs and dependencies by itself."""

from typing import Any

from pulumi.dynamic import Resource

from bench.nothing import EmptyProvider

_declared = Resource.__init__


def _emptied(self: Resource, _provider: object, *rest: Any, **named: Any) -> None:  # noqa: ANN401 - handed on
    _declared(self, EmptyProvider(), *rest, **named)


def place() -> None:
    """Register the same catalogue without the product's providers."""
    Resource.__init__ = _emptied  # type: ignore[assignment,method-assign]  # a process of its own, which ends with the program
    from bench import program  # noqa: F401, PLC0415 - importing it registers the catalogue


place()
