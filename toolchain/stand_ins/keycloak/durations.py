"""Go durations: `1h30m` to seconds and back."""

from __future__ import annotations

import re

from toolchain.stand_ins.keycloak.errors import KeycloakError

UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
WHOLE = re.compile(rf"[-+]?(?:0|(?:{PART.pattern})+)")


class DurationError(KeycloakError):
    """The text is no Go duration."""

    def __init__(self, written: str) -> None:
        unit = re.search(r"[A-Za-zµ]+", written)
        reason = "unknown unit" if unit else "missing unit in"
        what = f'{reason} "{unit[0]}" in duration' if unit else f"{reason} duration"
        super().__init__(f'time: {what} "{written}"')


def seconds(written: str) -> int:
    """Whole seconds of a Go duration such as "5m", "1h30m" or "300s".

    Raises:
        DurationError: for anything else, "1d" included.
    """
    if not WHOLE.fullmatch(written):
        raise DurationError(written)
    total = sum(float(amount) * UNITS[unit] for amount, unit in PART.findall(written))
    return int(-total if written.startswith("-") else total)


def written_form(total: int) -> str:
    """The duration as Go prints it: 300 is "5m0s", 7200 "2h0m0s", 0 "0s"."""
    minutes, second = divmod(total, 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minute}m{second}s"
    return f"{minute}m{second}s" if minute else f"{second}s"


def same(one: object, other: object) -> bool:
    """Whether two durations have the same length; texts that are none are compared as texts."""
    try:
        return seconds(str(one)) == seconds(str(other))
    except DurationError:
        return one == other
