"""One product as its promoted configuration describes it: hosts, rules, credentials, error texts, policy chain.

Facts: APIcast, gateway/src/apicast/configuration.lua, configuration/service.lua, mapping_rule.lua.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

_VARIABLE = re.compile(r"\{[^}]*\}")
_SEGMENT = r"[\w.\-%;@:+~!,'()*&=]+"


@dataclass(frozen=True)
class Rule:
    """One mapping rule, compiled."""

    method: str
    pattern: re.Pattern[str]
    text: str
    parameters: Mapping[str, str]
    metric: str
    delta: int
    last: bool
    backend: int | None = None
    """The backend whose rule it is; None = the product's own."""

    def matches(self, method: str, path: str, query: Mapping[str, str]) -> bool:
        """Whether a request counts for this rule."""
        if self.method not in (method, "ANY") or not self.pattern.match(path):
            return False
        return all(
            key in query and (value.startswith("{") or query[key] == value) for key, value in self.parameters.items()
        )


def compiled(pattern: str) -> re.Pattern[str]:
    """A rule's path as an anchored prefix, exact when it ends with `$`."""
    path = pattern.partition("?")[0]
    exact = path.endswith("$")
    pieces = [re.escape(piece) for piece in _VARIABLE.split(path.removesuffix("$"))]
    return re.compile(_SEGMENT.join(pieces) + ("$" if exact else ""), re.ASCII)


def _rules(proxy: Mapping[str, Any]) -> tuple[Rule, ...]:
    return tuple(
        Rule(
            method=rule["http_method"],
            pattern=compiled(rule["pattern"]),
            text=rule["pattern"],
            parameters=rule.get("querystring_parameters") or {},
            metric=rule["metric_system_name"],
            delta=int(rule["delta"]),
            last=bool(rule.get("last")),
            backend=int(rule["owner_id"]) if rule.get("owner_type") == "BackendApi" else None,
        )
        for rule in proxy.get("proxy_rules") or ()
    )


@dataclass(frozen=True)
class Refusal:
    """A text with its status and content type, from the proxy settings."""

    status: int
    content_type: str
    text: str


class Service:
    """A product; `content` is the `content` of its proxy configuration."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content
        self.proxy: Mapping[str, Any] = content["proxy"]
        self.id: int = content["id"]
        self.system_name: str = content["system_name"]
        self.hosts: tuple[str, ...] = tuple(self.proxy.get("hosts") or ())
        self.rules = _rules(self.proxy)
        self.chain: list[dict[str, Any]] = list(self.proxy.get("policy_chain") or ())

    def refusal(self, kind: str) -> Refusal:
        """What is answered for `auth_failed`, `auth_missing`, `no_match` or `limits_exceeded`."""
        proxy = self.proxy
        return Refusal(proxy[f"error_status_{kind}"], proxy[f"error_headers_{kind}"], proxy[f"error_{kind}"])

    def usage(self, method: str, path: str, query: str, form: str = "") -> tuple[dict[str, int], list[Rule]]:
        """Metric → sum over all matching rules, and those rules; `last` ends the search.

        Arguments are those of the query and of a form.
        """
        given = dict(parse_qsl(query, keep_blank_values=True)) | dict(parse_qsl(form, keep_blank_values=True))
        usage: dict[str, int] = {}
        matched = []
        for rule in self.rules:
            if rule.matches(method, path, given):
                usage[rule.metric] = usage.get(rule.metric, 0) + rule.delta
                matched.append(rule)
                if rule.last:
                    break
        return usage, matched

    def credentials(self, headers: Mapping[str, str], query: str, form: str) -> dict[str, str]:
        """What the backend is asked with: `user_key`, or `app_id` and `app_key`; empty when nothing usable was sent."""
        location = self.proxy["credentials_location"]
        mode = str(self.proxy.get("authentication_method") or self.content.get("backend_version"))
        if mode not in ("1", "2"):
            return {}
        if location == "authorization":
            return _authorization(headers.get("Authorization", ""), mode)
        names = {"user_key": "auth_user_key"} if mode == "1" else {"app_id": "auth_app_id", "app_key": "auth_app_key"}
        source = headers if location == "headers" else dict(parse_qsl(form)) | dict(parse_qsl(query))
        found = {name: source.get(self.proxy[setting], "") for name, setting in names.items()}
        return found if all(found.values()) else {}

    def described(self) -> dict[str, Any]:
        """The product as `context.service` has it for Lua policies (APIcast, configuration.lua, parse_service)."""
        content, proxy = self.content, self.proxy
        kind, value = content.get("backend_authentication_type"), content.get("backend_authentication_value")
        mode = str(proxy.get("authentication_method") or content.get("backend_version"))
        names = {"user_key": "auth_user_key", "app_id": "auth_app_id", "app_key": "auth_app_key"}
        return {
            "id": str(self.id),
            "system_name": self.system_name,
            "backend_version": str(content.get("backend_version") or mode),
            "authentication_method": mode,
            "hosts": list(self.hosts),
            "api_backend": proxy.get("api_backend"),
            "secret_token": proxy.get("secret_token"),
            "hostname_rewrite": proxy.get("hostname_rewrite"),
            "backend_authentication": {"type": kind, "value": value},
            "backend": proxy.get("backend") or {},
            "credentials": {"location": proxy.get("credentials_location")}
            | {name: proxy.get(setting) for name, setting in names.items()},
            "serializable": dict(content),
        }


def _authorization(header: str, mode: str) -> dict[str, str]:
    """Basic user name, else Basic password, else Bearer token; in mode 2 both parts of Basic are needed."""
    scheme, _, value = header.partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer" and mode == "1":
        return {"user_key": value} if value else {}
    if scheme.lower() != "basic":
        return {}
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    if mode == "1":
        return {"user_key": user or password} if user or password else {}
    return {"app_id": user, "app_key": password} if user and password else {}
