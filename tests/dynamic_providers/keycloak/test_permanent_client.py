"""The first administrator hands over and goes; whatever interrupts that, the next run ends it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dynamic_providers.keycloak.errors import KeycloakError
from dynamic_providers.keycloak.permanent_client import PermanentClientProvider
from tests.support.http_fake import Answer, serving

FIRST, OWN = "maas-automation", "maas-permanent"
WANTED = {"client_id": OWN, "client_secret": "canary-permanent"}


@dataclass
class Keycloak:
    """The realm master of a server that has just started."""

    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    administrators: set[str] = field(default_factory=set)
    refuses: str = ""
    """Beginning of a path that is answered 500."""
    calls: list[str] = field(default_factory=list)

    def add(self, name: str, secret: str, *, temporary: bool = False) -> None:
        attributes = {"is_temporary_admin": "true"} if temporary else {}
        self.clients[name] = {"id": f"id-{name}", "clientId": name, "secret": secret, "attributes": attributes}

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        url = urlsplit(path)
        if url.path.endswith("/token"):
            return self._token(parse_qs(body.decode()))
        place = url.path.removeprefix("/admin/realms/master/")
        self.calls.append(f"{method} {place}")
        if self.refuses and place.startswith(self.refuses):
            return 500, {"error": "unknown_error"}
        return self._administered(method, place, parse_qs(url.query), json.loads(body) if body else {})

    def _token(self, form: dict[str, list[str]]) -> Answer:
        known = self.clients.get(form["client_id"][0])
        if known is None or known["secret"] != form["client_secret"][0]:
            return 401, {"error": "unauthorized_client", "error_description": "Invalid client or credentials"}
        self.caller = form["client_id"][0]
        return 200, {"access_token": "t"}

    def _administered(self, method: str, place: str, query: dict[str, list[str]], body: Any) -> Answer:  # noqa: ANN401 - JSON
        if self.caller not in self.administrators:
            return 403, {"error": "HTTP 403 Forbidden"}
        if place == "clients" and method == "GET":
            name = query.get("clientId", [""])[0]
            return 200, [one for one in self.clients.values() if not name or one["clientId"] == name]
        if place == "clients":
            self.add(body["clientId"], body["secret"])
            return 201, b""
        name = place.split("/")[1].removeprefix("user-").removeprefix("id-")
        told = {"service-account-user": {"id": f"user-id-{name}"}, "admin": {"id": "role", "name": "admin"}}
        if (last := place.rpartition("/")[2]) in told:
            return 200, told[last]
        if last == "realm":
            self.administrators.add(name)
        elif method == "DELETE":
            del self.clients[name]
        else:
            self.clients[name] = body
        return 204, b""


@contextmanager
def provider(server: Keycloak, **first: str) -> Iterator[PermanentClientProvider]:
    with serving(server.answer) as fake:
        found = PermanentClientProvider()
        secret = first.get("secret", "canary-first")
        found.settings = {"url": fake.url, "bootstrapClientId": FIRST, "bootstrapClientSecret": secret}
        yield found


@pytest.fixture
def started() -> Keycloak:
    server = Keycloak(administrators={FIRST})
    server.add(FIRST, "canary-first", temporary=True)
    return server


@pytest.mark.row("S-088")
def test_the_client_is_made_an_administrator_and_the_first_one_goes(started: Keycloak) -> None:
    with provider(started) as found:
        made = found.create(WANTED)

    assert (made.id, made.outs) == ("administrator", WANTED)
    assert set(started.clients) == {OWN}
    assert OWN in started.administrators


def test_it_signs_in_as_itself_and_does_nothing_else(started: Keycloak) -> None:
    bodies: list[dict[str, Any]] = []
    answer = started.answer

    def kept(method: str, path: str, body: bytes) -> Answer:
        if method == "POST" and path.endswith("/clients"):
            bodies.append(json.loads(body))
        return answer(method, path, body)

    started.answer = kept  # type: ignore[method-assign]  # to see what is sent
    with provider(started) as found:
        found.create(WANTED)

    (body,) = bodies
    assert (body["serviceAccountsEnabled"], body["publicClient"]) == (True, False)
    assert (body["standardFlowEnabled"], body["directAccessGrantsEnabled"]) == (False, False)


@pytest.mark.parametrize("where", ["clients/id-maas-permanent", "roles", "users", "clients/id-maas-automation"])
def test_an_interrupted_run_is_ended_by_the_next_one(started: Keycloak, where: str) -> None:
    started.refuses = where
    with provider(started) as found:
        with pytest.raises(KeycloakError, match="answered 500"):
            found.create(WANTED)
        started.refuses = ""
        found.create(WANTED)

    assert set(started.clients) == {OWN}
    assert OWN in started.administrators


def test_a_second_time_changes_nothing(started: Keycloak) -> None:
    with provider(started) as found:
        found.create(WANTED)
        started.calls.clear()
        found.create(WANTED)

    assert all(call.startswith("GET ") for call in started.calls)


def test_an_administrator_that_somebody_made_by_hand_under_that_name_stays(started: Keycloak) -> None:
    started.add(FIRST, "canary-first")
    with provider(started) as found:
        found.create(WANTED)

    assert set(started.clients) == {FIRST, OWN}


def test_a_name_that_is_taken_is_refused_and_nobody_goes(started: Keycloak) -> None:
    started.add(OWN, "of somebody else")
    with provider(started) as found, pytest.raises(KeycloakError) as refusal:
        found.create(WANTED)

    assert "has a client of this name with another secret" in str(refusal.value)
    assert "canary" not in str(refusal.value)
    assert set(started.clients) == {FIRST, OWN}


def test_who_is_locked_out_is_told_the_way_back(started: Keycloak) -> None:
    with provider(started, secret="wrong") as found, pytest.raises(KeycloakError) as refusal:
        found.create(WANTED)

    assert "kc.sh bootstrap-admin service" in str(refusal.value)
    assert "canary" not in str(refusal.value)


def test_a_changed_secret_is_written_with_the_old_one(started: Keycloak) -> None:
    newer = {**WANTED, "client_secret": "canary-newer"}
    with provider(started) as found:
        found.create(WANTED)
        assert found.update("administrator", WANTED, newer).outs == newer
        assert found.update("administrator", WANTED, newer).outs == newer

    assert started.clients[OWN]["secret"] == "canary-newer"


def test_a_refresh_finds_the_client_or_that_it_is_gone(started: Keycloak) -> None:
    with provider(started) as found:
        found.create(WANTED)
        assert found.read("administrator", WANTED).id == "administrator"
        del started.clients[OWN]
        assert found.read("administrator", WANTED).id is None


def test_the_only_administrator_is_never_deleted(started: Keycloak, capsys: pytest.CaptureFixture[str]) -> None:
    with provider(started) as found:
        found.create(WANTED)
        found.delete("administrator", WANTED)

    assert OWN in started.clients
    assert "only administrator" in capsys.readouterr().out


def test_a_server_that_does_not_answer_is_named_and_nothing_else() -> None:
    found = PermanentClientProvider()
    found.settings = {"url": "http://127.0.0.1:1", "bootstrapClientId": FIRST, "bootstrapClientSecret": "canary-first"}
    with pytest.raises(KeycloakError, match=r"no answer of http://127\.0\.0\.1:1 \(ConnectionError\)") as refusal:
        found.create(WANTED)

    assert "canary" not in str(refusal.value)


def test_another_client_takes_the_place_of_the_one_before(started: Keycloak) -> None:
    other = {"client_id": "maas-other", "client_secret": "canary-other"}
    with provider(started) as found:
        found.create(WANTED)
        found.update("administrator", WANTED, other)
        found.update("administrator", WANTED, other)

    assert set(started.clients) == {"maas-other"}
    assert "maas-other" in started.administrators
    assert PermanentClientProvider().diff("administrator", WANTED, other).replaces == []


@pytest.mark.parametrize("where", ["clients/id-maas-other", "users", "clients/id-maas-permanent"])
def test_an_interrupted_change_of_name_is_ended_by_the_next_run(started: Keycloak, where: str) -> None:
    other = {"client_id": "maas-other", "client_secret": "canary-other"}
    with provider(started) as found:
        found.create(WANTED)
        started.refuses = where
        with pytest.raises(KeycloakError, match="answered 500"):
            found.update("administrator", WANTED, other)
        started.refuses = ""
        found.update("administrator", WANTED, other)

    assert set(started.clients) == {"maas-other"}


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.keycloak.permanent_client.PermanentClientProvider"
    assert f"{PermanentClientProvider.__module__}.{PermanentClientProvider.__qualname__}" == recorded
