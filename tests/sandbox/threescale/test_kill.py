"""kill -9 in the middle of a stream of writes, many times: what was answered is there, and nothing is there by half."""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.tenant import Json

SERVICES = "/admin/api/services.json"
KILLS = 10
WRITERS = 2
# Starting an interpreter takes longer than all else here: one process imports everything and forks the servers.
FORKS = """
import os, sys
from sandbox.threescale.__main__ import main
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        main()
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


class Servers:
    """Servers of one folder, one after the other."""

    def __init__(self, folder: Path) -> None:
        settings = {"ADMIN_ACCESS_TOKEN": "canary-token", "SANDBOX_DIR": str(folder)}
        environment = {**os.environ, **settings, "SERVICE_TOKEN_DELAY_SECONDS": "0", "PURGE_DELAY_SECONDS": "0.05"}
        command = [sys.executable, "-c", FORKS]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True)
        self.child = 0
        self.url = self.control = ""

    def start(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        # Parent and child write to the same pipe, in either order.
        for line in (self.process.stdout.readline(), self.process.stdout.readline()):
            if line.startswith("{"):
                ports = json.loads(line)
                self.url = f"http://127.0.0.1:{ports['port']}"
                self.control = f"http://127.0.0.1:{ports['control_port']}"
            else:
                self.child = int(line)

    def kill(self) -> None:
        assert self.process.stdout is not None
        os.kill(self.child, signal.SIGKILL)
        assert self.process.stdout.readline() == "gone\n"

    def call(self, session: requests.Session, method: str, path: str, json: Json = None) -> Json:
        answer = session.request(method, self.url + path, auth=("", "canary-token"), timeout=5, json=json)
        assert answer.ok, answer.text
        return answer.json() if answer.text else None

    def state(self) -> Json:
        return requests.get(f"{self.control}/state", timeout=5).json()

    def close(self) -> None:
        self.process.kill()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        for pipe in (self.process.stdin, self.process.stdout):
            pipe.close()
        self.process.wait(10)


def write(servers: Servers, writer: str, acknowledged: dict[str, int], enough: threading.Event) -> None:
    """Make, change and delete products until the process is gone; `acknowledged` has what was answered and stayed."""
    session = requests.Session()
    for number in itertools.count(1):
        name = f"{writer}-{number}"
        try:
            made = servers.call(session, "POST", SERVICES, {"name": name, "system_name": name})["service"]["id"]
            if number % 3 == 0:
                servers.call(session, "DELETE", f"/admin/api/services/{made}.json")
                continue
            acknowledged[name] = made
            servers.call(session, "PATCH", f"/admin/api/services/{made}/proxy.json", {"auth_user_key": "Authorization"})
        except requests.exceptions.RequestException:
            return
        if number > 3:
            enough.set()


def by(rows: list[Json], field: str) -> dict[int, list[Json]]:
    found: dict[int, list[Json]] = {}
    for row in rows:
        found.setdefault(row[field], []).append(row)
    return found


def incomplete(state: Json) -> list[str]:
    """Products without one of their companions, and companions without their product."""
    products = {row["id"] for row in state["service"]}
    proxies = by(state["proxy"], "service_id")
    metrics = by([row for row in state["metric"] if row["owner_type"] == "Service"], "owner_id")
    rules = by([row for row in state["mapping_rule"] if row["owner_type"] == "Proxy"], "owner_id")
    plans = by([row for row in state["plan"] if row["type"] == "service_plan"], "issuer_id")
    tokens = by(state["service_token"], "service_id")
    wrong = [f"{set(found) ^ products}" for found in (proxies, metrics, plans, tokens) if set(found) != products]
    wrong += [f"rules of {number}" for number in products if len(rules[proxies[number][0]["id"]]) != 1]
    return wrong + [f"hits of {number}" for number in products if len(metrics[number]) != 1]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[Servers]:
    found = Servers(tmp_path)
    yield found
    found.close()


def test_every_acknowledged_write_survives_kill_9_and_none_by_half(servers: Servers) -> None:
    kept: dict[str, int] = {}
    servers.start()
    for turn in range(KILLS):
        enough = threading.Event()
        rounds: list[dict[str, int]] = [{} for _ in range(WRITERS)]
        writers = [
            threading.Thread(target=write, args=(servers, f"round-{turn}-{number}", rounds[number], enough))
            for number in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        assert enough.wait(20)
        # A little later each time, at no particular point of a request.
        threading.Event().wait(random.Random(turn).random() / 50)  # noqa: S311  # no secret
        servers.kill()
        for writer in writers:
            writer.join(20)
        servers.start()
        state = servers.state()
        for found in rounds:
            kept |= found
        names = {row["system_name"]: row["id"] for row in state["service"] if row["state"] != "deleted"}
        assert {name: names.get(name) for name in kept} == kept
        assert incomplete(state) == []
    assert len(kept) > KILLS
    servers.kill()
