"""The set-up from beginning to end: what runs beside what, and what is said."""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from toolchain import (
    crds,
    go_build,
    install,
    java,
    keycloak,
    lock,
    prerequisites,
    pulumi_tools,
    python_environment,
    servers,
)
from toolchain.failure import InterruptedRunError
from toolchain.go import Go
from toolchain.install import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.session import Session
    from toolchain.sources import Obtained


def set_up(session: Session, *, install_prerequisites: bool, only_python: bool, again: bool) -> None:
    """Bring the project's tools and Python packages to the pinned state; nothing is done twice.

    `again` asks every source once more, so that a stand-in gives way to an official plugin that has become reachable.

    Raises:
        ToolchainError: something a person has to see to; finished tools are kept.
        InterruptedRunError: the run was stopped.
    """
    manifest = None if again else install.installed(session)
    current = python_environment.is_current(session)
    if not (current and (manifest or only_python)):
        prerequisites.check_platform()
        with lock.held(
            session.cache.root / "lock",
            f"the set-up of {session.layout.root} (process {os.getpid()})",
            waiting=lambda other: session.progress.line("cache", f"in use by {other}; waiting for it"),
            check=session.processes.check,
        ):
            manifest = _under_lock(session, install_prerequisites, only_python) or manifest
    _say_result(session, manifest)


def _under_lock(session: Session, install_prerequisites: bool, only_python: bool) -> dict[str, Any] | None:  # noqa: FBT001 - the caller's keywords
    session.cache.sweep()
    needs_maven = not only_python and keycloak.is_needed(session)
    prerequisites.check(session, needs_maven=needs_maven, install=install_prerequisites)
    python_environment.create(session)
    if only_python:
        python_environment.install(session)
        return None
    go = Go(session)
    manifest = install.install(session, _obtain_everything(session, go))
    if go.work.exists():
        session.progress.line("set-up", "removing the build caches ...")
        go.clear()
    return manifest


def _obtain_everything(session: Session, go: Go) -> Results:
    """Every tool. One lane compiles, the others fetch beside it; the first failure stops all of them."""
    with ThreadPoolExecutor(max_workers=6, thread_name_prefix="lane") as pool:
        build = pool.submit(_programs, session, go, pool)
        definitions = pool.submit(crds.obtain, session, go)
        runtime = pool.submit(_keycloak, session)
        plugins = pool.submit(
            lambda: {name: pulumi_tools.obtain_plugin(session, name) for name in pulumi_tools.PLUGINS}
        )
        packages = pool.submit(python_environment.install, session)
        _all_or_none(session, [build, definitions, runtime, plugins, packages])
    cli, host, found = build.result()
    java_runtime, server = runtime.result()
    return Results(
        cli=cli,
        host=host,
        plugins=plugins.result(),
        servers=found,
        java=java_runtime,
        keycloak=server,
        crds=definitions.result(),
    )


def _programs(session: Session, go: Go, pool: ThreadPoolExecutor) -> tuple[Obtained, Obtained, dict[str, Obtained]]:
    """Pulumi, its language host and the servers: whatever the compiler may have to make, one after the other."""
    fetched: list[Future[None]] = []

    def before_build() -> None:
        prerequisites.check_space(session, go.work)
        first = session.catalogue[servers.NAMES[0]]
        if not go_build.is_cached(session, first):
            fetched.append(pool.submit(go_build.fetch_modules, session, go, first))

    cli = pulumi_tools.obtain_cli(session, go, before_build=before_build)
    host = pulumi_tools.obtain_host(session, cli)
    for future in fetched:
        future.result()
    return cli, host, {name: servers.obtain(session, go, name) for name in servers.NAMES}


def _keycloak(session: Session) -> tuple[Obtained, Obtained]:
    runtime = java.obtain(session)
    return runtime, keycloak.obtain(session, runtime)


def _all_or_none(session: Session, lanes: list[Future[Any]]) -> None:
    """Return when all lanes are done; when one fails, stop the others and raise its error."""
    done, rest = wait(lanes, return_when=FIRST_EXCEPTION)
    if rest:
        session.processes.stop()
        wait(rest)
    errors = [error for lane in [*done, *rest] if (error := lane.exception())]
    # What was merely stopped says nothing about the cause.
    errors.sort(key=lambda error: isinstance(error, InterruptedRunError))
    if errors:
        raise errors[0]


def _say_result(session: Session, manifest: dict[str, Any] | None) -> None:
    if manifest:
        reach = "any server" if manifest["stand_ins_allowed"] else "servers on loopback"
        for name in manifest["stand_ins"]:
            source = manifest["tools"][_tool(name)]["source"]
            session.progress.line(name, f"STAND-IN in use ({source}) for {reach}")
    session.progress.line("set-up", "everything is in place")


def _tool(stand_in: str) -> str:
    return stand_in.replace("pulumi-resource-", "plugin-")


def run(session: Session, work: Callable[[], None], *, signalled: threading.Event) -> None:
    """Do `work` in another thread; meanwhile redraw the progress and, once `signalled`, stop everything.

    Raises:
        InterruptedRunError: it was signalled; whatever else `work` raises.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="set-up") as pool:
        future = pool.submit(work)
        finished = threading.Event()
        future.add_done_callback(lambda _future: finished.set())
        try:
            while not finished.wait(0.25):
                session.progress.tick()
                if signalled.is_set():
                    session.progress.line("set-up", "interrupted; ending what is running ...")
                    session.processes.stop()
                    break
            future.result()
        finally:
            session.progress.close()
