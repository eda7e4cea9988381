"""Gateway and model stub as processes: what they need, what they print, how they end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request

import pytest


def started(module: str, **environment: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", module]
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    ("module", "ports"),
    [("sandbox.gateway", {"port", "management_port", "metrics_port"}), ("sandbox.model", {"port", "control_port"})],
)
def test_a_part_names_its_ports_and_ends_quietly(module: str, ports: set[str]) -> None:
    # Nobody listens on the portal's port: the gateway starts all the same and asks again for every request.
    with started(module, THREESCALE_PORTAL_ENDPOINT="http://canary-token@127.0.0.1:1") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        assert process.wait(10) == 0
    assert set(json.loads(line)) == ports


def test_the_gateways_counters_are_on_the_port_that_the_node_names() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"THREESCALE_PORTAL_ENDPOINT": "http://canary-token@127.0.0.1:1", "SANDBOX_PORT_9421": str(port)}
    with started("sandbox.gateway", **settings) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["metrics_port"] == port
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            assert b"nginx_metric_errors_total 0" in answer.read()
        process.terminate()
        assert process.wait(10) == 0


def test_a_gateway_without_its_portal_says_what_to_set() -> None:
    environment = {key: value for key, value in os.environ.items() if key != "THREESCALE_PORTAL_ENDPOINT"}
    command = [sys.executable, "-m", "sandbox.gateway"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "THREESCALE_PORTAL_ENDPOINT" in done.stderr
