"""The emulator as a process: its first line, faults on the wire, its log, and its memory after kill -9."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest
import requests

from tests.sandbox.eventually import run, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.tenant import Json

SERVICES = "/admin/api/services.json"


class Emulator:
    """One process and its two ports."""

    def __init__(self, folder: Path) -> None:
        settings = {"ADMIN_ACCESS_TOKEN": "canary-token", "SANDBOX_DIR": str(folder)}
        environment = {**os.environ, **settings, "SERVICE_TOKEN_DELAY_SECONDS": "0"}
        command = [sys.executable, "-m", "sandbox.threescale"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        ports = json.loads(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{ports['port']}"
        self.control = f"http://127.0.0.1:{ports['control_port']}"

    def call(self, method: str, path: str, **options: Json) -> requests.Response:
        return requests.request(method, self.url + path, auth=("", "canary-token"), timeout=5, **options)

    def names(self) -> list[str]:
        return [item["service"]["name"] for item in self.call("GET", SERVICES).json()["services"]]

    def fault(self, **order: Json) -> None:
        assert requests.post(f"{self.control}/faults", json=order, timeout=5).status_code == 201

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return self.process.wait(10)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    started = Emulator(tmp_path_factory.mktemp("tenant"))
    yield started
    assert started.end() == 0


@pytest.fixture(autouse=True)
def _clean(emulator: Emulator) -> None:
    requests.post(f"{emulator.control}/restart-clean", timeout=5)


@pytest.mark.parametrize(("kind", "done"), [("reset_before", "no"), ("reset_after", "yes"), ("truncated", "yes")])
def test_a_cut_connection_leaves_the_write_undone_or_done(emulator: Emulator, kind: str, done: str) -> None:
    emulator.fault(kind=kind, method="POST", path=SERVICES)
    with pytest.raises(requests.exceptions.RequestException):
        emulator.call("POST", SERVICES, json={"name": "Lost"})
    assert ("yes" if "Lost" in emulator.names() else "no") == done
    assert emulator.call("POST", SERVICES, json={"name": "Next", "system_name": "next"}).status_code == 201


def test_statuses_pages_and_silence_come_instead_of_an_answer(emulator: Emulator) -> None:
    emulator.fault(kind="status", status=429, retry_after=7, pattern="services", count=2)
    for _ in range(2):
        answer = emulator.call("GET", SERVICES)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    emulator.fault(kind="html", path=SERVICES)
    assert emulator.call("GET", SERVICES).headers["Content-Type"].startswith("text/html")
    emulator.fault(kind="nothing", path=SERVICES)
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(emulator.url + SERVICES, auth=("", "canary-token"), timeout=0.2)
    emulator.fault(kind="latency", path=SERVICES, seconds=0.05)
    answer = emulator.call("GET", SERVICES)
    assert (answer.status_code, answer.elapsed.total_seconds() >= 0.05) == (200, True)


def test_a_fault_of_count_zero_hits_until_it_is_cleared(emulator: Emulator) -> None:
    emulator.fault(kind="status", status=503, path=SERVICES, count=0)
    assert {emulator.call("GET", SERVICES).status_code for _ in range(4)} == {503}
    requests.delete(f"{emulator.control}/faults", timeout=5)
    assert emulator.call("GET", SERVICES).status_code == 200


def test_a_fault_can_be_for_one_operation_and_count_its_calls(emulator: Emulator) -> None:
    emulator.fault(kind="status", status=500, operation="GET /admin/api/services/{id}", count=2)
    assert emulator.call("GET", SERVICES).status_code == 200
    one = "/admin/api/services/1.json"
    assert [emulator.call("GET", one).status_code for _ in range(3)] == [500, 500, 200]
    unknown = requests.post(f"{emulator.control}/faults", json={"kind": "status", "operation": "GET /x"}, timeout=5)
    assert (unknown.status_code, "coverage" in unknown.json()["error"]) == (400, True)


def test_retry_after_comes_as_seconds_or_as_a_date(emulator: Emulator) -> None:
    emulator.fault(kind="status", status=429, retry_after=90, retry_after_date=True)
    said = parsedate_to_datetime(emulator.call("GET", SERVICES).headers["Retry-After"])
    assert 60 < (said - datetime.now(UTC)).total_seconds() <= 90


def test_a_skewed_clock_shows_in_the_date_and_in_the_stamps_of_what_is_written(emulator: Emulator) -> None:
    emulator.fault(kind="clock_skew", seconds=-86_400, method="POST")
    answer = emulator.call("POST", SERVICES, json={"name": "Yesterday"})
    stamp = datetime.fromisoformat(answer.json()["service"]["created_at"])
    for moment in (stamp, parsedate_to_datetime(answer.headers["Date"])):
        assert 86_000 < (datetime.now(UTC) - moment).total_seconds() < 87_000
    straight = emulator.call("POST", SERVICES, json={"name": "Today"}).json()["service"]["created_at"]
    assert (datetime.now(UTC) - datetime.fromisoformat(straight)).total_seconds() < 600


def test_a_slow_purge_holds_a_name_and_only_that_one(emulator: Emulator) -> None:
    emulator.fault(kind="slow_purge", seconds=3600)
    ids = []
    for name in ("slow", "quick"):
        ids.append(emulator.call("POST", SERVICES, json={"name": name, "system_name": name}).json()["service"]["id"])
        assert emulator.call("DELETE", f"/admin/api/services/{ids[-1]}.json").status_code == 200
    status = "/admin/api/objects/status.json"

    def held(number: int) -> bool:
        asked = {"object_type": "service", "object_id": number}
        return emulator.call("GET", status, params=asked).status_code == 200

    run(lambda: until(lambda: not held(ids[1])))
    assert held(ids[0])
    assert emulator.call("POST", SERVICES, json={"name": "slow", "system_name": "slow"}).status_code == 422


def test_an_unknown_fault_is_refused_with_what_is_allowed(emulator: Emulator) -> None:
    answer = requests.post(f"{emulator.control}/faults", json={"kind": "explosion"}, timeout=5)
    assert answer.status_code == 400
    assert "reset_after" in answer.json()["error"]


def test_the_log_has_every_request_without_its_query(emulator: Emulator) -> None:
    emulator.call("GET", SERVICES, params={"access_token": "canary-token"})
    logged = requests.get(f"{emulator.control}/requests", timeout=5).json()
    assert [(entry["method"], entry["path"], entry["status"]) for entry in logged] == [("GET", SERVICES, 200)]
    requests.delete(f"{emulator.control}/requests", timeout=5)
    assert requests.get(f"{emulator.control}/requests", timeout=5).json() == []


def test_the_log_masks_an_application_key(emulator: Emulator) -> None:
    emulator.call("DELETE", "/admin/api/accounts/1/applications/2/keys/canary%2Fkey.json")
    logged = requests.get(f"{emulator.control}/requests", timeout=5).json()
    assert [entry["path"] for entry in logged] == ["/admin/api/accounts/1/applications/2/keys/***"]


def test_the_state_is_readable_without_a_secret_token(emulator: Emulator) -> None:
    state = requests.get(f"{emulator.control}/state", timeout=5).text
    assert "canary-token" not in state
    assert json.loads(state)["service"][0]["system_name"] == "api"


def test_other_hosts_are_not_served(emulator: Emulator) -> None:
    unknown = emulator.call("GET", SERVICES, headers={"Host": "elsewhere.example"})
    assert unknown.status_code == 404
    portal = emulator.call("GET", SERVICES, headers={"Host": "maas.apps.maas.test"})
    assert (portal.status_code, portal.json()) == (403, {"error": "Access denied"})


def test_what_was_answered_is_there_after_kill_9(tmp_path: Path) -> None:
    first = Emulator(tmp_path)
    made = first.call("POST", SERVICES, json={"name": "Kept"})
    assert (made.status_code, first.end(signal.SIGKILL)) == (201, -signal.SIGKILL)
    assert (tmp_path / "threescale.sqlite").stat().st_mode & 0o077 == 0
    second = Emulator(tmp_path)
    assert second.names() == ["API", "Kept"]
    assert second.end() == 0
