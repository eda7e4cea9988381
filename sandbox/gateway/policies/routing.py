"""APIcast's routing policy, as far as porta inserts it: an upstream by path, and the usage path cut off.

Facts: porta, app/lib/backend_api_logic/routing_policy.rb. Only `match: path`, `op: matches` and the one
`remove_first` template are known; a rule with anything else is ignored with a warning.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from sandbox.gateway.chain import Context, Policy

_LOG = logging.getLogger(__name__)
_REMOVE = re.compile(r"\{\{\s*uri\s*\|\s*remove_first:\s*'([^']*)'\s*\}\}")


class Routing(Policy):
    """The first rule whose condition holds chooses the upstream."""

    names = frozenset({("routing", "builtin")})

    async def access(self, context: Context) -> None:
        """Choose the upstream and the path it is asked for."""
        for rule in self.configuration.get("rules", ()):
            if _holds(rule, context.path):
                context.upstream = rule["url"]
                removed = _REMOVE.fullmatch(rule.get("replace_path") or "")
                if removed:
                    context.path = context.path.replace(removed[1], "", 1) or "/"
                return


def _holds(rule: dict[str, Any], path: str) -> bool:
    for operation in rule["condition"]["operations"]:
        if operation.get("match") != "path" or operation.get("op") != "matches":
            _LOG.warning("a routing operation is not simulated: %s", operation)
            return False
        if not re.search(operation["value"], path):
            return False
    return True
