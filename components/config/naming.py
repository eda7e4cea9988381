"""Names as 3scale takes them."""

import re
from typing import Annotated

from pydantic import StringConstraints

ProductName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*[A-Za-z0-9]$", max_length=60)]
"""A product's permanent name. porta also takes `/` and a leading `_` (app/lib/system_name.rb); no host name can."""

SystemName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_/-]+$", max_length=255)]
"""Permanent name of anything that is part of no host (porta, app/lib/system_name.rb: at least two characters)."""

_METRIC = "^[A-Za-z0-9_][A-Za-z0-9_/-]+"

LimitKey = Annotated[
    str,
    StringConstraints(pattern=_METRIC + r" per (minute|hour|day|week|month|year|eternity)$", max_length=300),
]
"""A limit's metric and period, such as `hits per day`."""

PriceKey = Annotated[str, StringConstraints(pattern=_METRIC + r" from [1-9][0-9]*( to [1-9][0-9]*)?$", max_length=300)]
"""A price's metric and the units it holds for, such as `total_tokens from 1001`."""

RuleKey = Annotated[
    str, StringConstraints(pattern=r"^(GET|POST|DELETE|PUT|PATCH|HEAD|OPTIONS) /\S{0,254}$", max_length=263)
]
"""A request by method and pattern, such as `POST /v1/chat/completions` (porta, app/models/proxy_rule.rb)."""


_SEGMENT = r"(?:[A-Za-z0-9_.!~*'():@&=+,;-]|%[0-9A-Fa-f]{2}|\{\w+\})*"
_QUERY = r"(?:[A-Za-z0-9_.!~*'();/?:@&=+$,\[\]-]|%[0-9A-Fa-f]{2}|\w+=\{\w+\})*"

PATTERN = re.compile(rf"(?:/{_SEGMENT})+\$?(?:\?{_QUERY})?", re.ASCII)
"""A rule's pattern (porta, app/models/proxy_rule.rb)."""


def metric_of(key: str) -> str:
    """The metric that a limit's or a price's key names."""
    return key.partition(" ")[0]
