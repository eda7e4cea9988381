"""The gateway's own policies: headers, cors, routing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.sandbox.gateway.world import APICAST, CHAT, PATH, World, item, local, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def echoing(name: str = "") -> AsyncIterator[int]:
    """An upstream that says what it was asked."""

    async def echoed(request: web.Request) -> web.Response:
        told = {"name": name, "path": request.raw_path, "host": request.headers["Host"]}
        headers = [[key, value] for key, value in request.headers.items()]
        return web.json_response({**told, "headers": headers}, headers={"X-Up": "one"})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", echoed)
    async with TestServer(application) as server:
        assert server.port is not None
        yield server.port


def change(op: str, header: str, value: str = "", kind: str = "plain") -> dict[str, str]:
    return {"op": op, "header": header, "value": value, "value_type": kind}


def test_headers_are_set_added_pushed_and_deleted_plain_and_by_template() -> None:
    request = [
        change("set", "X-Set", "{{ http_method }} {{ uri }} {{ headers.x-old }} {{ service.system_name }}", "liquid"),
        change("set", "X-Old", "new"),
        change("set", "X-Gone", ""),
        change("add", "X-There", "more"),
        change("add", "X-Not-There", "more"),
        change("push", "X-Pushed", "{{ plain }}"),
        change("delete", "X-Delete"),
    ]
    response = [change("set", "X-Down", "{{ headers['x-old'] }}", "liquid"), change("push", "X-Up", "two")]
    chain = [item("headers", request=request, response=response), APICAST]

    async def scenario(world: World) -> None:
        async with echoing() as port:
            world.upstream(port)
            sent = {"X-Old": "old", "X-Gone": "x", "X-There": "first", "X-Delete": "x"}
            answer = await world.call("POST", PATH, CHAT, **sent)
            fields = [(name.lower(), value) for name, value in (await answer.json())["headers"]]
            seen = [(name, value) for name, value in fields if name.startswith("x-") and "3scale" not in name]
            assert sorted(seen) == sorted(
                [
                    ("x-set", f"POST {PATH} old {world.product['system_name']}"),
                    ("x-old", "new"),
                    ("x-there", "first"),
                    ("x-there", "more"),
                    ("x-pushed", "{{ plain }}"),
                    ("x-real-ip", "127.0.0.1"),
                ]
            )
            assert answer.headers["X-Down"] == "new"
            assert answer.headers.getall("X-Up") == ["one", "two"]

    run(scenario, chain=chain)


def test_an_unknown_operation_on_headers_skips_the_policy(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(world: World) -> None:
        assert (await world.call("POST", PATH, CHAT)).status == 200

    run(scenario, chain=[item("headers", request=[change("append", "X", "y")]), APICAST])
    assert "failed to load policy headers version builtin: append is none of" in caplog.text


@pytest.mark.row("S-144")
@pytest.mark.parametrize(
    ("settings", "origin", "found"),
    [
        ({}, "https://any.test", "https://any.test"),
        ({"allow_origin": "*"}, "https://any.test", "*"),
        ({"allow_origin": "https://app.test"}, "https://other.test", "https://app.test"),
        ({"allow_origin": r"https?://[a-z]+\.app\.test$"}, "https://one.app.test", "https://one.app.test"),
        ({"allow_origin": r"(one|two)\.test$"}, "https://two.test", "https://two.test"),
        ({"allow_origin": r"(one|two)\.test$"}, "https://three.test", None),
    ],
)
def test_an_origin_is_one_or_any_or_a_pattern(settings: dict[str, Any], origin: str, found: str | None) -> None:
    async def scenario(world: World) -> None:
        answer = await world.call("POST", PATH, CHAT, Origin=origin)
        assert answer.headers.get("Access-Control-Allow-Origin") == found
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert answer.headers["Access-Control-Max-Age"] == "600"

    run(scenario, chain=[item("cors", **settings), APICAST])


def test_a_preflight_lists_what_is_configured_one_header_each() -> None:
    settings = {"allow_methods": ["GET", "POST"], "allow_headers": [], "allow_credentials": False, "max_age": 5}

    async def scenario(world: World) -> None:
        asked = {"Origin": "https://app.test", "Access-Control-Request-Method": "POST"}
        answer = await world.call("OPTIONS", PATH, key="", **asked, **{"Access-Control-Request-Headers": "x-a"})
        assert answer.status == 204
        assert answer.headers.getall("Access-Control-Allow-Methods") == ["GET", "POST"]
        assert "Access-Control-Allow-Headers" not in answer.headers
        assert answer.headers["Access-Control-Allow-Credentials"] == "false"
        assert answer.headers["Access-Control-Max-Age"] == "5"

    run(scenario, chain=[item("cors", **settings), APICAST])


def rule(url: str, operation: dict[str, str], **other: Any) -> dict[str, Any]:  # noqa: ANN401  # any setting
    return {"url": url, "condition": {"operations": [{"op": "==", **operation}]}, **other}


def test_the_first_rule_that_holds_chooses_upstream_host_and_path() -> None:
    async def scenario(world: World) -> None:
        async with echoing("one") as one, echoing("two") as two, echoing("rest") as rest:
            world.upstream(rest)
            by_path = {"match": "path", "op": "matches", "value": "^/v1/chat/completions/x y"}
            rules = [
                rule(local(one), {"match": "header", "header_name": "X-To", "value": "one"}, host_header="one.test"),
                rule(local(two), {"match": "query_arg", "query_arg_name": "to", "value": "two"}),
                rule(f"{local(two)}/base", by_path, replace_path="{{ uri | remove_first: '/v1' }}"),
                rule(local(one), {"match": "liquid", "liquid_value": "{{ headers.x-by }}", "value": "template"}),
                rule(local(one), {"match": "jwt_claim", "jwt_claim_name": "azp", "value": "app"}),
            ]
            world.chain(item("routing", rules=rules), APICAST)

            async def told(path: str, **headers: str) -> tuple[str, str, str]:
                found = await (await world.call("POST", path, CHAT, **headers)).json()
                return found["name"], found["path"], found["host"]

            assert await told(PATH, **{"X-To": "one"}) == ("one", PATH, "one.test")
            assert await told(f"{PATH}?to=two") == ("two", f"{PATH}?to=two", local(two).removeprefix("http://"))
            replaced = ("two", "/base/chat/completions/x%20y?a=b")
            assert (await told(f"{PATH}/x%20y?a=b"))[:2] == replaced
            assert (await told(PATH, **{"X-By": "template"}))[0] == "one"
            assert (await told(PATH))[0] == "rest"

    run(scenario, chain=[APICAST])
