"""One running nginx: started with the sockets it is to listen on, ready when it answers, ended by its process."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.process import memory, tail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sandbox.nginx.installation import Installation

READY = "/ready"
"""Path below which the last socket's server answers 204 when it serves."""
READY_SECONDS = 20.0
"""How long nginx may take until it answers; it takes a tenth of a second."""
END_SECONDS = 10.0
"""How long it may take to end."""
_BACKLOG = 511
"""nginx's own (core/ngx_connection.h)."""
_GUARD = 'read -r nothing; rm -rf -- "$1"; kill -s KILL 0'
"""Waits for the end of its input, which is that of the process which holds the other end, however that one ends."""


@dataclass(frozen=True)
class Server:
    """A process of nginx, its folder, and the URLs of its sockets in the order they were asked for."""

    process: subprocess.Popen[bytes]
    folder: Path
    urls: Sequence[str]

    @property
    def error_log(self) -> Path:
        """What nginx and Lua log, while it runs."""
        return self.folder / "error.log"

    @property
    def worker_pids(self) -> list[int]:
        """The processes that serve requests."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]

    @property
    def memory(self) -> int:
        """Resident memory of the workers in bytes."""
        return sum(memory(pid) for pid in self.worker_pids)

    def failure(self, found: str) -> SandboxError:
        """What is wrong with it, with the end of its log."""
        log = "\n".join(filter(None, (tail(self.folder / "output.log"), tail(self.error_log))))
        return SandboxError(
            asked="An nginx with Lua was started.",
            value=f"{found}; its log ends:\n{log}",
            allowed="an nginx that loads its Lua module, and Lua sources that load",
            action="repair what the log names, then start again",
        )


@contextlib.contextmanager
def running(
    installation: Installation,
    sockets: int,
    prepared: Callable[[Path, Sequence[int]], str],
    workers: int = 1,
) -> Iterator[Server]:
    """A server from the moment it answers and has its workers to the end of the block; nothing of it stays.

    `prepared` gives the configuration for a folder and the ports of so many sockets; it may write further files there.
    The configuration listens on all of them, logs to `error.log` and answers 204 at `READY` on the last.

    Raises:
        SandboxError: it ended, or did not answer in time.
    """
    with tempfile.TemporaryDirectory(prefix="maas-nginx-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        with contextlib.ExitStack() as opened:
            listening = [opened.enter_context(_listening()) for _ in range(sockets)]
            ports = [one.getsockname()[1] for one in listening]
            (folder / "nginx.conf").write_text(prepared(folder, ports), encoding="utf-8")
            guard = stack.enter_context(_guarded(folder))
            inherited = [one.fileno() for one in listening]
            process = _started(installation, folder, guard, inherited)
        stack.callback(_end, process)
        server = Server(process, folder, [f"http://127.0.0.1:{port}" for port in ports])
        _await_ready(server, workers)
        yield server


def asked(url: str, path: str, *, timeout: float = 10.0) -> tuple[int, bytes]:
    """Status and body of a GET.

    Raises:
        OSError: nobody answers.
    """
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=timeout)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


@contextlib.contextmanager
def _guarded(folder: Path) -> Iterator[int]:
    """A process group that ends with the block, whoever of it still lives, and also when the caller is killed.

    The guard leads the group and is there before nginx, so no moment is unguarded. (The kernel's own signal at a
    parent's death would come when the thread that started nginx ends, too.)
    """
    command = ["/bin/sh", "-c", _GUARD, "guard", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, process_group=0) as guard:
        try:
            yield guard.pid
        finally:
            # The guard is in it, and its number stays taken until it is waited for.
            os.killpg(guard.pid, signal.SIGKILL)


def _started(installation: Installation, folder: Path, group: int, inherited: Sequence[int]) -> subprocess.Popen[bytes]:
    command = [str(installation.nginx), "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")]
    given = {
        **{name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ},
        "LD_LIBRARY_PATH": installation.libraries,
        # Sockets by number: nginx takes them over as it does from its former self (core/nginx.c), so that no other
        # process can take a port in between.
        "NGINX": "".join(f"{number};" for number in inherited),
    }
    with (folder / "output.log").open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=given,
            pass_fds=inherited,
            process_group=group,
        )


def _await_ready(server: Server, workers: int) -> None:
    """Return when one answers and all are there; until then the connection waits in the socket's queue."""
    deadline = time.monotonic() + READY_SECONDS
    while server.process.poll() is None and time.monotonic() < deadline:
        try:
            status, _ = asked(server.urls[-1], READY, timeout=1.0)
        except OSError:
            continue
        # The first worker answers before the last one is made.
        if status == HTTPStatus.NO_CONTENT and len(server.worker_pids) >= workers:
            return
    code = server.process.poll()
    raise server.failure(f"it ended with status {code}" if code is not None else "it does not answer")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end; workers that do not, or have lost their master, end with their group."""
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _listening() -> socket.socket:
    """A socket on a free loopback port; connections wait in its queue."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(_BACKLOG)
    # nginx does so only with sockets of its own making.
    server.setblocking(False)
    return server
