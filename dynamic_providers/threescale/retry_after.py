"""How long an answer asks to wait before the next request: its header Retry-After (RFC 9110, section 10.2.3)."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime


def seconds(headers: Mapping[str, str], clock: Callable[[], float] = time.time) -> float:
    """Return the pause in seconds; 0.0 for none, for one that is over, and for a header that cannot be read.

    A date is one of the server's clock, so it is compared with the `Date` of the same answer: a clock that is wrong,
    here or there, changes nothing. Only an answer without a date is compared with `clock`, in seconds since 1970.
    """
    told = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+", told):
        return float(told)
    until = _seconds_since_1970(told)
    if until is None:
        return 0.0
    answered = _seconds_since_1970(headers.get("Date", ""))
    return max(0.0, until - (clock() if answered is None else answered))


def _seconds_since_1970(date: str) -> float | None:
    """Return the point in time that an HTTP date names in any of its three forms (RFC 9110, section 5.6.7)."""
    try:
        read = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return None
    # Of the three forms one has no zone; all of them mean UTC.
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
