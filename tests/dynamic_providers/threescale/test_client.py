import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dynamic_providers.threescale import client
from dynamic_providers.threescale.client import AdminApi, admin_api, unwrapped
from dynamic_providers.threescale.errors import NotFound, Rejected, ThreescaleError, Unavailable
from dynamic_providers.threescale.transport import Patience
from tests.dynamic_providers.threescale.scripted import EAGER, TOKEN, Reply, in_turn, scripted


def test_every_request_asks_for_json_and_carries_the_token_in_a_header_only() -> None:
    with scripted(in_turn(Reply())) as server:
        server.api().call("POST", "services", {"service": {"name": "x"}})
    assert server.asked == [("POST", "/admin/api/services.json")]
    assert server.headers[0]["Authorization"] == "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()


def test_connections_are_kept() -> None:
    with scripted(in_turn(Reply())) as server:
        api = server.api()
        for _ in range(5):
            api.call("GET", "services")
        assert len(server.connections) == 1


def test_a_list_is_read_until_a_page_is_not_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 2)
    rows = [{"service": {"id": number, "system_name": f"s{number}"}} for number in range(5)]

    def reply(_method: str, path: str) -> Reply:
        query = parse_qs(urlsplit(path).query)
        start = (int(query["page"][0]) - 1) * int(query["per_page"][0])
        return Reply(body={"services": rows[start : start + 2]})

    with scripted(reply) as server:
        assert [item["id"] for item in server.api().pages("services", "services")] == [0, 1, 2, 3, 4]
        assert len(server.asked) == 3


def test_a_list_without_pages_that_is_as_long_as_a_page_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 2)
    with scripted(in_turn(Reply(body=[{"backend_usage": {"id": 1}}, {"backend_usage": {"id": 2}}]))) as server:
        assert [item["id"] for item in server.api().pages("services/1/backend_usages")] == [1, 2]


@pytest.mark.parametrize("body", [{"other": []}, [1], {"services": {"id": 1}}])
def test_an_answer_that_is_no_list_is_no_empty_list(body: Any) -> None:  # noqa: ANN401 - any JSON value
    with scripted(lambda _method, _path: Reply(body=body)) as server, pytest.raises(Unavailable, match="no list"):
        list(server.api().pages("services", "services"))


def test_one_list_serves_all_look_ups_until_a_fresh_one_is_asked_for() -> None:
    body = {"services": [{"service": {"id": 7, "system_name": "tiny"}}]}
    with scripted(in_turn(Reply(body=body))) as server:
        api = server.api()
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _: api.index("services", "services", "system_name"), range(8)))
        assert found == [{"tiny": "7"}] * 8
        assert len(server.asked) == 1
        api.index("services", "services", "system_name", fresh=True)
        assert len(server.asked) == 2


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "fault",
    [
        Reply(status=500),
        Reply(status=503),
        Reply(status=409),
        Reply(status=429),
        Reply(reset=True),
        Reply(body={"a": "b"}, cut=True),
        Reply(body=b"<html>busy</html>"),
        Reply(body=b'{"service": {"id": 1, '),
    ],
    ids=["500", "503", "409", "429", "reset", "cut", "html", "half"],
)
def test_what_may_be_repeated_is_repeated(method: str, fault: Reply) -> None:
    with scripted(in_turn(fault, Reply(body={"ok": 1}))) as server:
        assert server.api().call(method, "services/1") == {"ok": 1}
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    "fault", [Reply(status=500), Reply(status=429), Reply(reset=True), Reply(body={"a": 1}, cut=True)]
)
def test_a_post_is_never_repeated_by_the_client(fault: Reply) -> None:
    with scripted(in_turn(fault)) as server:
        with pytest.raises(Unavailable) as lost:
            server.api().call("POST", "services", {})
        assert lost.value.lost_a_create
        assert len(server.asked) == 1


def test_repetitions_are_bounded() -> None:
    with scripted(in_turn(Reply(status=502))) as server:
        with pytest.raises(Unavailable, match="status 502"):
            server.api().call("GET", "services")
        assert len(server.asked) == 1 + EAGER.retries


def test_a_pause_that_the_server_asks_for_is_bounded_too() -> None:
    patience = Patience(retries=1, longest_pause_seconds=1, backoff_seconds=0.001)
    with scripted(in_turn(Reply(status=429, headers={"Retry-After": "3600"}), Reply(body={"ok": 1}))) as server:
        assert server.api(patience=patience).call("GET", "services") == {"ok": 1}


def test_a_refusal_is_not_repeated() -> None:
    with scripted(in_turn(Reply(status=422, body={"errors": {"name": ["can't be blank"]}}))) as server:
        with pytest.raises(Rejected, match="name can't be blank"):
            server.api().call("PUT", "services/1", {})
        assert len(server.asked) == 1


def test_a_server_that_does_not_answer_is_given_up() -> None:
    never = threading.Event()
    with scripted(in_turn(Reply(hold=never))) as server:
        with pytest.raises(Unavailable, match="did not answer in time"):
            server.api(patience=Patience(read_seconds=0.1, retries=0)).call("GET", "services")
        never.set()


def test_an_address_where_nothing_listens_is_named() -> None:
    with scripted(in_turn(Reply())) as server:
        url = server.url
    with pytest.raises(Unavailable, match=rf"GET {url}/admin/api/provider.json: no answer: Connection refused"):
        AdminApi(url, TOKEN, patience=Patience(retries=0)).call("GET", "provider")


def test_a_redirect_is_not_followed() -> None:
    with scripted(in_turn(Reply(status=301, headers={"Location": "https://elsewhere.invalid"}))) as server:
        with pytest.raises(Unavailable, match="the address redirects") as refusal:
            server.api().call("GET", "provider")
        assert refusal.value.hopeless


def test_writes_to_one_product_come_one_after_the_other_and_others_do_not_wait() -> None:
    at_once, most, guard = {"1": 0, "2": 0}, {"1": 0, "2": 0, "all": 0}, threading.Lock()
    both = threading.Barrier(2)

    def reply(_method: str, path: str) -> Reply:
        product = path.split("/")[4]
        with guard:
            at_once[product] += 1
            most[product] = max(most[product], at_once[product])
            most["all"] = max(most["all"], sum(at_once.values()))
        both.wait(5)
        with guard:
            at_once[product] -= 1
        return Reply()

    with scripted(reply) as server:
        api = server.api(patience=Patience())
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda product: api.call("PATCH", f"services/{product}/proxy", {}), ["1", "2", "1", "2"]))
    assert most == {"1": 1, "2": 1, "all": 2}


def test_healing_looks_again_after_a_lost_create_only() -> None:
    with scripted(in_turn(Reply(reset=True), Reply(body={"service": {"id": 1}}))) as server:
        api = server.api()
        assert api.heal(lambda: api.item("POST", "services", {})) == {"id": 1}
    with scripted(in_turn(Reply(status=500))) as server:
        api = server.api()
        with pytest.raises(Unavailable):
            api.heal(lambda: api.item("GET", "services"))
        assert len(server.asked) == 1 + EAGER.retries


def test_a_row_that_is_purged_does_not_exist() -> None:
    with scripted(in_turn(Reply(), Reply(status=404, body={"status": "Not found"}))) as server:
        api = server.api()
        assert api.exists("service", "7")
        assert not api.exists("service", "7")
    assert server.asked[0] == ("GET", "/admin/api/objects/status.json?object_type=service&object_id=7")


def test_envelopes_come_off() -> None:
    assert unwrapped({"metric": {"id": 1}}) == {"id": 1}
    assert unwrapped({"id": 1, "name": "x"}) == {"id": 1, "name": "x"}
    assert unwrapped({"version": 1}) == {"version": 1}


def test_one_process_has_one_client_per_tenant(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {"adminUrl": "https://one.example", "accessToken": "a"}
    assert admin_api(settings) is admin_api(dict(settings))
    assert admin_api(settings) is not admin_api(settings | {"accessToken": "b"})
    monkeypatch.setenv("THREESCALE_ADMIN_URL", "https://two.example")
    assert admin_api(settings).admin_url == "https://two.example"


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"accessToken": "x"}, "`adminUrl` is ''"),
        ({"adminUrl": "maas-admin.example.com", "accessToken": "x"}, "`adminUrl` is 'maas-admin.example.com'"),
        ({"adminUrl": "https://h.example/admin", "accessToken": "x"}, "without a path"),
        ({"adminUrl": "https://h.example:", "accessToken": "x"}, "`adminUrl` is 'https://h.example:'"),
        ({"adminUrl": "https://user:pass@h.example", "accessToken": "x"}, "`adminUrl` contains credentials"),
        ({"adminUrl": "https://h.example"}, "no access token is set"),
        (
            {"adminUrl": "https://h.example", "accessToken": "x", "caBundle": "nonsense"},
            "`caBundle` holds no certificate",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, str], told: str) -> None:
    with pytest.raises(ThreescaleError, match=told) as refusal:
        admin_api(settings)
    assert "pass" not in str(refusal.value)


def test_gone_is_told_apart_from_a_wrong_address() -> None:
    with scripted(in_turn(Reply(status=404, body={"status": "Not found"}))) as server, pytest.raises(NotFound):
        server.api().call("GET", "services/1")
    page = Reply(status=404, body=b"<html>no route</html>", headers={"Content-Type": "text/html"})
    with scripted(in_turn(page)) as server, pytest.raises(Unavailable, match="HTML page instead of JSON"):
        server.api().call("GET", "services/1")
