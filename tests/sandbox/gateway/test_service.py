"""Mapping rules and credentials, as the promoted configuration describes them."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from multidict import CIMultiDict

from sandbox.gateway.service import Service


def service(rules: list[dict[str, Any]] | None = None, **proxy: Any) -> Service:  # noqa: ANN401  # proxy settings
    settings = {
        "hosts": ["h"],
        "credentials_location": "authorization",
        "auth_user_key": "user_key",
        "auth_app_id": "app_id",
        "auth_app_key": "app_key",
        "proxy_rules": rules or [],
        **proxy,
    }
    return Service({"id": 1, "system_name": "tiny", "backend_version": "1", "proxy": settings})


def rule(pattern: str, metric: str, method: str = "GET", **other: Any) -> dict[str, Any]:  # noqa: ANN401  # rule fields
    query = dict(part.partition("=")[::2] for part in pattern.partition("?")[2].split("&") if part)
    fields = {"pattern": pattern, "metric_system_name": metric, "http_method": method, "delta": 1}
    return {**fields, "querystring_parameters": query, **other}


@pytest.mark.parametrize(
    ("pattern", "path", "query", "counts"),
    [
        ("/", "/anything", "", True),
        ("/v1/models", "/v1/models", "", True),
        ("/v1/models", "/v1/models/tiny", "", True),
        ("/v1/models$", "/v1/models/tiny", "", False),
        ("/v1/models$", "/v1/models", "x=1", True),
        ("/v1/models", "/other/v1/models", "", False),
        ("/v1.models", "/v1/models", "", False),
        ("/v1/{id}/x$", "/v1/a-b.c/x", "", True),
        ("/v1/{id}/x", "/v1/a/b/x", "", False),
        ("/v1?a={x}", "/v1", "a=1", True),
        ("/v1?a={x}", "/v1", "b=1", False),
        ("/v1?a=2", "/v1", "a=1", False),
    ],
)
def test_a_rule_is_an_anchored_prefix(pattern: str, path: str, query: str, counts: Any) -> None:  # noqa: ANN401  # a flag
    usage, _ = service([rule(pattern, "hits")]).usage("GET", path, query)
    assert bool(usage) is counts


def test_matching_rules_add_up_until_one_is_the_last() -> None:
    rules = [rule("/", "hits"), rule("/v1", "hits", delta=2), rule("/v1/x", "x", last=True), rule("/v1/x", "never")]
    usage, matched = service([*rules, rule("/v1", "post", "POST")]).usage("GET", "/v1/x", "")
    assert usage == {"hits": 3, "x": 1}
    assert [one.text for one in matched] == ["/", "/v1", "/v1/x"]


def basic(text: str) -> str:
    return f"Basic {b64encode(text.encode()).decode()}"


@pytest.mark.row("S-142")
@pytest.mark.parametrize(
    ("header", "found"),
    [
        (basic("key:"), {"user_key": "key"}),
        (basic(":key"), {"user_key": "key"}),
        (basic("first:second"), {"user_key": "first"}),
        ("Bearer key", {"user_key": "key"}),
        ("bearer key", {"user_key": "key"}),
        ("Bearer ", {}),
        ("Basic !!", {}),
        ("", {}),
        ("key", {}),
    ],
)
def test_the_authorization_header_holds_the_key_in_three_ways(header: str, found: dict[str, str]) -> None:
    assert service().credentials(CIMultiDict({"Authorization": header}), "", "") == found


def test_keys_come_from_the_named_header_or_the_query_and_form() -> None:
    headers = CIMultiDict({"X-API-Key": "in-header"})
    by_header = service(credentials_location="headers", auth_user_key="x-api-key")
    assert by_header.credentials(headers, "", "") == {"user_key": "in-header"}
    by_query = service(credentials_location="query")
    assert by_query.credentials(headers, "user_key=in%20query", "") == {"user_key": "in query"}
    assert by_query.credentials(headers, "", "user_key=in-form") == {"user_key": "in-form"}
    assert by_query.credentials(headers, "", "") == {}


def test_mode_two_has_an_id_and_a_key_and_oidc_is_not_simulated() -> None:
    pair = service(authentication_method="2")
    assert pair.credentials(CIMultiDict({"Authorization": basic("id:key")}), "", "") == {
        "app_id": "id",
        "app_key": "key",
    }
    assert service(authentication_method="oidc").credentials(CIMultiDict({"Authorization": "Bearer x"}), "", "") == {}


def test_mode_two_needs_both_parts() -> None:
    pair = service(authentication_method="2")
    assert pair.credentials(CIMultiDict({"Authorization": basic("id:")}), "", "") == {}
    by_query = service(authentication_method="2", credentials_location="query")
    assert by_query.credentials(CIMultiDict(), "app_id=id", "") == {}
    assert by_query.credentials(CIMultiDict(), "app_id=id", "app_key=key") == {"app_id": "id", "app_key": "key"}


def test_a_forms_fields_are_arguments_of_a_rule() -> None:
    found, _ = service([rule("/v1?a={x}", "hits", "POST")]).usage("POST", "/v1", "", "a=1")
    assert found == {"hits": 1}


def test_lua_policies_see_the_product_as_apicast_describes_it() -> None:
    shown = service(backend={"endpoint": "http://b", "host": "b"}, api_backend="http://up").described()
    assert (shown["id"], shown["system_name"], shown["api_backend"]) == ("1", "tiny", "http://up")
    assert shown["backend"] == {"endpoint": "http://b", "host": "b"}
    assert shown["serializable"]["system_name"] == "tiny"
