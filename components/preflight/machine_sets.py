"""Reads the worker MachineSets that pools of nodes are derived from."""

from collections.abc import Mapping
from typing import Any

from components.config import Settings
from components.config.machines import MACHINE_API_NAMESPACE, BareMetal, provider_fault
from components.custom_resources import Manifest
from components.preflight.reader import ClusterReader

_MACHINE_SETS = f"/apis/machine.openshift.io/v1beta1/namespaces/{MACHINE_API_NAMESPACE}/machinesets"


def read_machine_sets(reader: ClusterReader, settings: Settings) -> tuple[dict[str, Manifest], list[str]]:
    """The MachineSets by name, and what is wrong with those that the stack file names.

    Raises:
        ClusterRefusalError: The server does not answer, or does not let us read.
    """
    found: dict[str, Manifest] = {}
    faults: list[str] = []
    for path, pool in _pools(settings).items():
        name = pool.machine_set.from_ if pool.machine_set is not None else None
        if name is None or isinstance(pool.platform, BareMetal):
            continue
        machine_set = found.get(name) or reader.read(f"{_MACHINE_SETS}/{name}")
        if machine_set is None:
            faults.append(_unknown(reader, f"{path}.machineSet.from", name))
            continue
        found[name] = dict(machine_set)
        if fault := provider_fault(found[name], pool.platform):
            faults.append(
                f"{path}.machineSet.from is {name}, which {fault}. Allowed is a worker MachineSet of the cloud that "
                f"{path}.platform.kind names. Correct one of the two."
            )
    return found, faults


def _pools(settings: Settings) -> Mapping[str, Any]:
    workers = {f"nodes.workers.{key}": pool for key, pool in settings.nodes.workers.items()}
    return {**workers, **{f"gpu.pools.{key}": pool for key, pool in settings.gpu.pools.items()}}


def _unknown(reader: ClusterReader, path: str, name: str) -> str:
    listed = reader.read(_MACHINE_SETS) or {}
    names = sorted(one["metadata"]["name"] for one in listed.get("items", ()))
    return (
        f"{path} is {name}, which does not exist in {MACHINE_API_NAMESPACE}. Allowed are the cluster's MachineSets: "
        f"{', '.join(names) or 'it has none'}. Set one of them; each belongs to one zone."
    )
