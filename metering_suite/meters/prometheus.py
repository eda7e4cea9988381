"""The meter that reads counters of a gateway from a page in Prometheus' text format.

Facts: prometheus.io, "Exposition formats": `name{label="value"} number [time]`, lines with # are comments.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from metering_suite.errors import SuiteError
from metering_suite.http.fetch import fetched

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from metering_suite.meters.meter import Reading

COUNTERS: Mapping[str, str] = {
    "prompt": "llm_prompt_tokens_total",
    "completion": "llm_completion_tokens_total",
    "total": "llm_tokens_total",
}
"""Names where none are given."""
_SAMPLE = re.compile(r"^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$")
_LABEL = re.compile(r'([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"')


class PrometheusMeter:
    """Sums the samples of each counter; it cannot tell keys apart."""

    name = "prometheus"
    tells_keys = False

    def __init__(
        self, url: str, counters: Mapping[str, str] = COUNTERS, labels: Mapping[str, str] | None = None
    ) -> None:
        """Take the page's address, the counters' names by metric, and labels a sample has to have."""
        self._url = url
        self._counters = counters
        self._labels = dict(labels or {})

    async def reading(self) -> Reading:
        """What the counters show now."""
        page = (await fetched(self._url, "the page of counters")).decode("utf-8", "replace")
        sums = samples(page, self._counters.values(), self._labels)
        return {"": {metric: sums.get(name, 0) for metric, name in self._counters.items()}}


def samples(page: str, names: Collection[str], labels: Mapping[str, str]) -> dict[str, int]:
    """The sum of each of these names over the samples with these labels; NaN and infinities count nothing.

    Raises:
        SuiteError: one of them has a value that is no number.
    """
    sums: dict[str, int] = {}
    for line in page.splitlines():
        match = _SAMPLE.match(line.strip())
        if match is None or line.startswith("#") or match[1] not in names:
            continue
        found = {name: value.replace('\\"', '"') for name, value in _LABEL.findall(match[2] or "")}
        if all(found.get(name) == value for name, value in labels.items()):
            sums[match[1]] = sums.get(match[1], 0) + _whole(match[1], match[3])
    return sums


def _whole(name: str, text: str) -> int:
    try:
        value = float(text)
    except ValueError:
        raise SuiteError(
            asked=f"the counter {name} on its page",
            value=repr(text),
            allowed="a number",
            action="correct --prometheus or --metric",
        ) from None
    return round(value) if math.isfinite(value) else 0
