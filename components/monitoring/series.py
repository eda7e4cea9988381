"""Selectors of PromQL; pure."""

from collections.abc import Iterable

_EQUAL, _MATCHES, _MATCHES_NOT = "=", "=~", "!~"

KNOWN = f"{_MATCHES_NOT}|unknown"
"""The value of a label that may be anything but empty or `unknown`."""


def one_of(names: Iterable[str]) -> str:
    """The value of a label that may be any of these names; `selector` writes it as a pattern.

    Names of the catalogue have letters, digits, dashes and underscores alone, so none of them has to be quoted.
    """
    return f"{_MATCHES}{'|'.join(names)}"


def selector(**labels: str) -> str:
    """`{a="x",b=~"y|z"}`; a value that begins with `=~` or `!~` is a pattern."""
    written = []
    for name, value in labels.items():
        operator = next((sign for sign in (_MATCHES, _MATCHES_NOT) if value.startswith(sign)), _EQUAL)
        written.append(f'{name}{operator}"{value.removeprefix(operator)}"')
    return "{" + ",".join(written) + "}"
