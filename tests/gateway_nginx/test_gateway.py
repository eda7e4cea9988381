"""nginx is started, says why it was not, and leaves nothing."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.nginx import Gateway, Installation, Service
from sandbox.process import send, start_time, wait_gone
from tests.gateway_nginx.client import ask, chat
from tests.gateway_nginx.packages import unpacked
from tests.gateway_nginx.world import POLICY, World, llm, world_of

PROJECT = Path(__file__).resolve().parents[2]
NOWHERE = Service(upstream="http://127.0.0.1:9", backend="http://127.0.0.1:9", chain=[llm()])


def test_it_serves_and_leaves_neither_process_nor_folder() -> None:
    with world_of(workers=2) as world:
        assert ask(world.gateway.url, chat()).status == 200
        folder, pids = world.gateway.error_log.parent, world.gateway.server.worker_pids
        assert len(pids) == 2
        assert world.gateway.server.memory > 1_000_000
    assert not folder.exists()
    assert [start_time(pid) for pid in pids] == [None, None]


STARTED = """
import json, sys, threading
from pathlib import Path
from sandbox.nginx import Gateway, Installation, Service
nowhere = "http://127.0.0.1:9"
with Gateway(Installation(Path(sys.argv[1])), Service(upstream=nowhere, backend=nowhere), workers=2) as gateway:
    server = gateway.server
    print(json.dumps([str(server.folder), server.process.pid, *server.worker_pids]), flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_when_its_starter_is_killed(number: signal.Signals) -> None:
    command = [sys.executable, "-c", STARTED, str(unpacked("nginx"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT) as starter:
        try:
            assert starter.stdout is not None
            folder, *pids = json.loads(starter.stdout.readline())
            assert len([pid for pid in pids if start_time(pid)]) == 3
            starter.send_signal(number)
            starter.wait(10)
        finally:
            starter.kill()
    assert wait_gone(pids, 10)
    assert not Path(folder).exists()


def test_its_workers_end_when_their_master_was_killed() -> None:
    with world_of(workers=2) as world:
        folder, pids = world.gateway.error_log.parent, world.gateway.server.worker_pids
        send(world.gateway.server.process.pid, signal.SIGKILL)
        world.gateway.server.process.wait()
    assert len(pids) == 2
    assert wait_gone(pids, 10)
    assert not folder.exists()


def test_it_outlives_the_thread_that_started_it() -> None:
    gateway = Gateway(Installation(unpacked("nginx")), NOWHERE, {"llm-metrics": POLICY})
    thread = threading.Thread(target=gateway.__enter__)
    thread.start()
    thread.join()
    try:
        assert "nginx_metric_errors_total" in gateway.metrics()
    finally:
        gateway.__exit__(None, None, None)


def test_a_policy_that_does_not_load_is_said_with_the_log(tmp_path: Path) -> None:
    (tmp_path / "apicast-policy.json").write_text('{"version": "0.2"}')
    (tmp_path / "init.lua").write_text("return require('there_is_no_such_module')")
    gateway = Gateway(Installation(unpacked("nginx")), NOWHERE, {"llm-metrics": tmp_path})
    with pytest.raises(SandboxError, match="there_is_no_such_module") as caught, gateway:
        pass
    assert "do:" in str(caught.value)


def test_a_folder_without_nginx_is_said(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="ndk_http_module"), Gateway(Installation(tmp_path), NOWHERE):
        pass


def test_what_is_installed_needs_no_library_path() -> None:
    assert Installation(Path("/")).libraries == ""
    assert Installation(Path("/")).lua_path == "/usr/share/lua/5.1/?.lua"


def test_all_workers_count_into_one_page() -> None:
    with world_of(workers=2) as world:
        for number in range(20):
            ask(world.gateway.url, chat(), key=f"key{number}")
        world.backend.wait(lambda: all(world.backend.reported(f"key{n}").get("total_tokens") == 8 for n in range(20)))
        labels = (
            'service_id="31",service_system_name="tinyllama",application_id="unknown",application_system_name="unknown"'
        )
        world.wait_for_metric(f"llm_tokens_total{{{labels}}} 160")


def test_no_context_stays_after_its_request(world: World) -> None:
    for _ in range(5):
        ask(world.gateway.url, chat(stream=True))
        ask(world.gateway.url, chat(), key=None)
        ask(world.gateway.url, chat(), path="/elsewhere")
    world.wait_for_report("key", prompt_tokens=25, completion_tokens=15, total_tokens=40)
    world.backend.wait(lambda: len(world.backend.authorised("key")) == 5)
    world.wait_until_idle()


def test_the_same_policy_folder_is_used_as_it_is(world: World) -> None:
    assert (POLICY / "init.lua").is_file()
    assert f'"llm-metrics": "{POLICY}"' in (world.gateway.error_log.parent / "gateway.json").read_text()
