"""A real Keycloak in memory for the tests: private copy of the distribution, free loopback port."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[4]
STARTS_WITHIN_SECONDS = 240
ADMIN = "stand-in-tests"


@dataclass(frozen=True)
class Server:
    """A running server and its bootstrap client, which may do everything."""

    url: str
    client_id: str
    client_secret: str

    def inputs(self, **more: str) -> dict[str, str]:
        """Inputs of a provider instance for this server."""
        return {
            "url": self.url,
            "realm": "master",
            "clientId": self.client_id,
            "clientSecret": self.client_secret,
            "initialLogin": "false",
            "clientTimeout": "60",
            **more,
        }


def manifest(name: str) -> str | None:
    """What the toolchain's manifest says, None when there is none."""
    path = ROOT / ".toolchain" / "manifest.json"
    found = json.loads(path.read_text()).get(name) if path.is_file() else None
    return None if found is None else str(found)


def home() -> Path:
    """The unpacked distribution: of the toolchain, else of MAAS_KEYCLOAK_HOME; fails the test when there is none."""
    found = manifest("keycloak_home") or os.environ.get("MAAS_KEYCLOAK_HOME")
    if not found or not (Path(found) / "bin" / "kc.sh").is_file():
        pytest.fail("no Keycloak: run `make setup`, or set MAAS_KEYCLOAK_HOME to an unpacked server")
    if not (java_home() or shutil.which("java")):
        pytest.fail("no Java for Keycloak: run `make setup`")
    return Path(found)


def java_home() -> str:
    """Where Java is, "" for the one on the PATH."""
    return manifest("java_home") or os.environ.get("JAVA_HOME", "")


def private_copy(distribution: Path, folder: Path) -> Path:
    """A copy that the server may write to: its libraries as hard links, everything else copied."""
    target = folder / "keycloak"

    def link(source: str, destination: str) -> str:
        try:
            os.link(source, destination)
        except OSError:
            shutil.copy2(source, destination)
        return destination

    skipped = shutil.ignore_patterns("data", "quarkus")
    shutil.copytree(distribution, target, ignore=skipped, copy_function=link)
    shutil.copytree(distribution / "lib" / "quarkus", target / "lib" / "quarkus")
    return target


@contextlib.contextmanager
def running(folder: Path, path: str = "", **more: str) -> Iterator[Server]:
    """A started server that answers below `path`, with `more` in its environment; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(f"http://127.0.0.1:{port}", ADMIN, secrets.token_urlsafe(24))
    environ = os.environ | {
        "KC_BOOTSTRAP_ADMIN_CLIENT_ID": server.client_id,
        "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": server.client_secret,
        **({"KC_HTTP_RELATIVE_PATH": path} if path else {}),
        **more,
    }
    if java_home():
        environ["JAVA_HOME"] = java_home()
    options = ["--db=dev-mem", "--http-host=127.0.0.1", f"--http-port={port}", "--cache=local"]
    command = [str(private_copy(home(), folder) / "bin" / "kc.sh"), "start-dev", *options]
    with (folder / "keycloak.log").open("wb") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_it_answers(process, f"{server.url}{path}", folder / "keycloak.log")
            yield server
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Return when the master realm answers; fail with the end of the log when it never does."""
    deadline = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"{url}/realms/master", timeout=5).close()  # noqa: S310 - our own loopback URL
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.3)
            break
    raise RuntimeError(f"Keycloak did not answer at {url}: {log.read_text()[-3000:]}")
