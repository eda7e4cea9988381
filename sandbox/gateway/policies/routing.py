"""APIcast's routing policy: the first rule whose condition holds chooses the upstream, its Host and its path.

Facts: APIcast, gateway/src/apicast/policy/routing (rule.lua, routing_operation.lua, upstream_selector.lua),
mapping_rules_matcher.lua; porta inserts it for usage paths (app/lib/backend_api_logic/routing_policy.rb). A rule with
an owner takes the usage of other backends' mapping rules away again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote

from sandbox.gateway.chain import Context, Policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.apicast.runtime import Runtime

_MATCHES = frozenset({"path", "header", "query_arg", "jwt_claim", "liquid"})
_PATH = "/:@!$&'()*+,;=~-._"
"""What stands in a path unescaped."""


class Routing(Policy):
    """The first rule whose condition holds chooses the upstream."""

    names = frozenset({("routing", "builtin")})

    def __init__(self, configuration: Mapping[str, Any], runtime: Runtime) -> None:
        super().__init__(configuration)
        self._rules = [_Rule(rule, runtime) for rule in configuration.get("rules") or ()]

    async def access(self, context: Context) -> None:
        """Choose the upstream and what it is asked for."""
        context.show()
        rule = next((rule for rule in self._rules if rule.holds(context)), None)
        if rule is not None:
            rule.apply(context)


class _Rule:
    def __init__(self, rule: Mapping[str, Any], runtime: Runtime) -> None:
        condition = rule["condition"]
        self._operations = [_Operation(one, runtime) for one in condition["operations"]]
        self._combined = any if condition.get("combine_op") == "or" else all
        self._url: str = rule["url"]
        self._host = str(rule.get("host_header") or "")
        self._owner = None if rule.get("owner_id") is None else int(rule["owner_id"])
        path = rule.get("replace_path")
        self._path = None if path is None else runtime.template(path, "liquid")

    def holds(self, context: Context) -> bool:
        """Whether the rule is for this request."""
        return self._combined(operation.holds(context) for operation in self._operations)

    def apply(self, context: Context) -> None:
        """Send the request there."""
        context.upstream, context.upstream_host = self._url, self._host
        if self._path is not None:
            path = context.exchange.rendered(self._path, "access")
            context.path = quote("/" + path.removeprefix("/"), safe=_PATH)
        if self._owner is not None:
            context.exchange.merge_usage(self._usage_of_others(context))

    def _usage_of_others(self, context: Context) -> dict[str, int]:
        taken: dict[str, int] = {}
        for rule in context.matched:
            if rule.backend not in (None, self._owner):
                taken[rule.metric] = taken.get(rule.metric, 0) - rule.delta
        return taken


class _Operation:
    def __init__(self, operation: Mapping[str, Any], runtime: Runtime) -> None:
        self._match: str = operation["match"]
        if self._match not in _MATCHES:
            raise ValueError(f"Thing to be matched not supported: {self._match}")
        self._name = str(operation.get(f"{self._match}_name") or "")
        self._template = runtime.template(str(operation.get("liquid_value") or ""), "liquid")
        self._op: str = operation["op"]
        self._value = str(operation["value"])
        self._type = str(operation.get("value_type") or "plain")

    def holds(self, context: Context) -> bool:
        """Whether what is looked at compares as wanted; what is not there is `nil`, as Lua writes it."""
        left = self._left(context)
        return context.exchange.compares("nil" if left is None else left, self._op, self._value, self._type)

    def _left(self, context: Context) -> str | None:
        if self._match == "path":
            return unquote(context.path)
        if self._match == "header":
            return context.headers.get(self._name)
        if self._match == "query_arg":
            return dict(parse_qsl(context.query, keep_blank_values=True)).get(self._name)
        if self._match == "jwt_claim":
            # Nothing validates a token here: OpenID Connect is not simulated.
            return None
        return context.exchange.rendered(self._template, "access")
