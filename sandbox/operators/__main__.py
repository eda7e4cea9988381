"""`python -m sandbox.operators`: runs every simulated operator until it is told to stop."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.operators import (
    data_connections,
    gpu,
    identity,
    keda,
    machine_api,
    nfd,
    odf,
    olm,
    openshift_ai,
    rhsso,
    service_ca,
    threescale,
)
from sandbox.operators.cluster import Cluster
from sandbox.operators.crd_files import CrdFiles
from sandbox.operators.loop import WORKERS, Loop, watched_kinds
from sandbox.operators.reconcile import Settings
from sandbox.operators.rhsso.work import RealmWork
from sandbox.operators.store import Store
from sandbox.operators.threescale.products import ProductWatch

OPERATORS = (
    olm.OPERATOR,
    service_ca.OPERATOR,
    odf.OPERATOR,
    odf.PROVISIONER,
    data_connections.OPERATOR,
    machine_api.OPERATOR,
    machine_api.AUTOSCALER,
    nfd.OPERATOR,
    gpu.OPERATOR,
    openshift_ai.OPERATOR,
    openshift_ai.KSERVE,
    keda.OPERATOR,
    identity.OPERATOR,
    rhsso.OPERATOR,
    threescale.OPERATOR,
)


def settings(environment: dict[str, str]) -> Settings:
    """The settings that the environment gives.

    Raises:
        SandboxError: a number is none, or negative.
    """
    defaults = Settings()
    return Settings(
        delay_seconds=_number(environment, "SANDBOX_OPERATOR_DELAY_SECONDS", defaults.delay_seconds),
        gateway_cache_seconds=int(
            _number(environment, "SANDBOX_GATEWAY_CACHE_SECONDS", float(defaults.gateway_cache_seconds))
        ),
        cloud_vcpus=int(_number(environment, "SANDBOX_CLOUD_VCPUS", float(defaults.cloud_vcpus))),
    )


def _number(environment: dict[str, str], name: str, default: float) -> float:
    text = environment.get(name) or str(default)
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise SandboxError(
            asked=f"{name} says how long the simulated operators wait.",
            value=repr(text),
            allowed="seconds, 0 or more",
            action=f"set {name} to a number, or leave it out for {default}",
        )
    return value


def crd_folders(environment: dict[str, str]) -> list[Path]:
    """The folders of definitions that SANDBOX_CRDS lists."""
    return [Path(folder) for folder in (environment.get("SANDBOX_CRDS") or "").split(os.pathsep) if folder]


def serve(environment: dict[str, str], stop: threading.Event) -> None:
    """Run until `stop` is set.

    Raises:
        SandboxError: the environment names no cluster, or a setting is wrong.
    """
    chosen = settings(environment)
    if not environment.get("KUBECONFIG"):
        raise SandboxError(
            asked="The simulated operators work on the cluster that KUBECONFIG names.",
            value="KUBECONFIG is not set",
            allowed="the path of a kubeconfig file",
            action="start the sandbox with `python -m sandbox start`, which starts the operators too",
        )
    store = Store()
    cluster = Cluster(environment["KUBECONFIG"], connections=len(watched_kinds(OPERATORS)) + WORKERS)
    loop = Loop(cluster, store, OPERATORS, chosen, CrdFiles(crd_folders(environment)))
    loop.start()
    control = environment.get("SANDBOX_CONTROL_URL", "")
    helpers: list[ProductWatch | RealmWork] = []
    if control:
        helpers = [ProductWatch(store, control, loop.products), RealmWork(store, control, loop.errands)]
    for helper in helpers:
        helper.start()
    logging.getLogger(__name__).info("operators run")
    stop.wait()
    for helper in helpers:
        helper.stop()
    loop.stop()


def main() -> int:
    """Start with the environment of this process; the exit status."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(asctime)s %(levelname)s %(message)s")
    # urllib3 warns about each lost connection; the watchers say so themselves.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        serve(dict(os.environ), stop)
    except SandboxError as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
