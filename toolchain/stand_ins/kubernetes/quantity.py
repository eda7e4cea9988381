"""Canonical form of Kubernetes quantities ("1000m" is "1"), as the API server stores them.

Grammar and rules: k8s.io/apimachinery, pkg/api/resource. The largest suffix without a fraction is used; binary suffixes
stay binary from 1024 on; more than nine decimal places are rounded up.
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

DECIMAL_SUFFIXES = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
"""Suffix to power of ten."""

BINARY_SUFFIXES = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
"""Suffix to power of two."""

_GRAMMAR = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([KMGTPE]i|[numkMGTPE]?|[eE][+-]?\d+)")
_SMALLEST_BINARY = 1024


def canonical(written: str) -> str | None:
    """The canonical text of a quantity, `None` when the text is not one."""
    match = _GRAMMAR.fullmatch(written.strip())
    if match is None:
        return None
    digits, suffix = Decimal(match[1]), match[2]
    if suffix in BINARY_SUFFIXES:
        value = digits * 2 ** BINARY_SUFFIXES[suffix]
        return _binary(value) if abs(value) >= _SMALLEST_BINARY else _decimal(value)
    if suffix in DECIMAL_SUFFIXES:
        return _decimal(digits.scaleb(DECIMAL_SUFFIXES[suffix]))
    return _exponent(digits.scaleb(int(suffix[1:])))


def _binary(value: Decimal) -> str:
    whole = int(value.to_integral_value(ROUND_CEILING))
    for suffix, power in sorted(BINARY_SUFFIXES.items(), key=lambda entry: -entry[1]):
        if whole % 2**power == 0:
            return f"{whole // 2**power}{suffix}"
    return str(whole)


def _decimal(value: Decimal) -> str:
    number, power = _scaled(value)
    suffix = next(suffix for suffix, exponent in DECIMAL_SUFFIXES.items() if exponent == power)
    return f"{number}{suffix}"


def _exponent(value: Decimal) -> str:
    number, power = _scaled(value)
    return f"{number}e{power}" if power else str(number)


def _scaled(value: Decimal) -> tuple[int, int]:
    """A whole number and the largest power of ten, a multiple of three from -9 to 18, that give the value."""
    nano = int(value.scaleb(9).to_integral_value(ROUND_CEILING))
    power = -9
    while nano and nano % 1000 == 0 and power < max(DECIMAL_SUFFIXES.values()):
        nano, power = nano // 1000, power + 3
    return (nano, power) if nano else (0, 0)
