"""APIcast's caching policy: what is remembered of authorisations.

Facts: APIcast, gateway/src/apicast/policy/caching/caching.lua; the default is backend/cache_handler.lua's `strict`.
A missing or unknown type remembers nothing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sandbox.gateway.chain import Context, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.runtime import Runtime

_LOG = logging.getLogger(__name__)
_TYPES = ("strict", "resilient", "allow", "none")


class Caching(Policy):
    """Sets the type; APIcast takes it from what the policy exports, so its place in the chain does not matter."""

    names = frozenset({("caching", "builtin")})

    def __init__(self, configuration: Mapping[str, Any], _: Runtime) -> None:
        super().__init__(configuration)
        self._type = configuration.get("caching_type")
        if self._type not in _TYPES:
            _LOG.error("Invalid caching type. Disabling cache.")
            self._type = "none"

    async def rewrite(self, context: Context) -> None:
        """Set the type for this request."""
        context.caching = str(self._type)
