"""The cloud's own part of a MachineSet: what differs from a worker's, everything else is copied; pure."""

import copy
import itertools
import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from components.config.machines import Aws, Azure, Cloud, Gcp, MachinePool, Vsphere

Value = dict[str, Any]
"""`providerSpec.value` of a MachineSet."""

Path = tuple[str | int, ...]
"""Keys and positions from the value downwards."""

Changes = Mapping[Path, Any]
"""Path to what stands there; nothing (None) for what is left out."""

_GPU_DISK_GIB = 200
"""Images of model servers and drivers do not fit the 120 GiB of a usual worker."""

MIB_OF_A_GIB = 1024
"""MiB in one GiB."""

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")
"""Keys that a property path needs no quotes for."""


def derived(worker: Value, pool: MachinePool, platform: Cloud, *, gpus: bool) -> Value:
    """The worker's value with the pool's own machine type, disk and offer; `gpus` asks for a larger disk."""
    value: Value = _without_nulls(copy.deepcopy(worker))
    for path, change in _changes(value, pool, platform, gpus=gpus).items():
        _set(value, path, change)
    return value


def copied(worker: Value, pool: MachinePool, platform: Cloud, *, gpus: bool) -> tuple[str, ...]:
    """Property paths below the value that are the worker's, sorted; a worker with another image changes nothing."""
    value: Value = _without_nulls(copy.deepcopy(worker))
    ours = _changes(value, pool, platform, gpus=gpus)
    return tuple(sorted(_written(path) for path in _others(value, ours, ())))


def _changes(value: Value, pool: MachinePool, platform: Cloud, *, gpus: bool) -> Changes:
    if isinstance(platform, Aws):
        return _aws(value, pool, platform, gpus=gpus)
    if isinstance(platform, Azure):
        return _azure(value, pool, platform, gpus=gpus)
    if isinstance(platform, Gcp):
        return _gcp(value, pool, platform, gpus=gpus)
    return _vsphere(value, platform, gpus=gpus)


def _aws(value: Value, pool: MachinePool, platform: Aws, *, gpus: bool) -> Changes:
    """Fields of AWSMachineProviderConfig (openshift/api, machine/v1beta1/types_awsprovider.go)."""
    disk: Path = ("blockDevices", 0, "ebs", "volumeSize")
    return {
        ("instanceType",): pool.machine_type,
        disk: _disk_gib(value, disk, platform.volume_gib, gpus=gpus),
        ("spotMarketOptions",): {} if platform.spot else None,
        ("capacityReservationId",): platform.capacity_reservation_id,
    }


def _azure(value: Value, pool: MachinePool, platform: Azure, *, gpus: bool) -> Changes:
    """Fields of AzureMachineProviderSpec (openshift/api, machine/v1beta1/types_azureprovider.go)."""
    disk: Path = ("osDisk", "diskSizeGB")
    return {
        ("vmSize",): pool.machine_type,
        disk: _disk_gib(value, disk, platform.volume_gib, gpus=gpus),
        ("spotVMOptions",): {} if platform.spot else None,
        ("capacityReservationGroupID",): platform.capacity_reservation_group_id,
    }


def _gcp(value: Value, pool: MachinePool, platform: Gcp, *, gpus: bool) -> Changes:
    """Fields of GCPMachineProviderSpec (openshift/api, machine/v1beta1/types_gcpprovider.go)."""
    disk: Path = ("disks", 0, "sizeGb")
    extra = platform.accelerator
    changes: dict[Path, Any] = {
        ("machineType",): pool.machine_type,
        disk: _disk_gib(value, disk, platform.volume_gib, gpus=gpus),
        ("preemptible",): True if platform.spot else None,
        # The newer spelling of the same offer, refused beside `preemptible`.
        ("provisioningModel",): None,
        ("gpus",): [{"type": extra.type, "count": extra.count}] if extra is not None else None,
    }
    if gpus:
        # A machine with GPUs cannot be moved to another host while it runs.
        changes |= {("onHostMaintenance",): "Terminate", ("restartPolicy",): "Always"}
    if platform.spot:
        # "Cannot be Always with preemptible instances", which is also what a worker without the field has.
        changes[("restartPolicy",)] = "Never"
    return changes


def _vsphere(value: Value, platform: Vsphere, *, gpus: bool) -> Changes:
    """Fields of VSphereMachineProviderSpec (openshift/api, machine/v1beta1/types_vsphereprovider.go)."""
    return {
        ("template",): platform.template,
        ("numCPUs",): platform.cpus,
        ("memoryMiB",): platform.memory_gib * MIB_OF_A_GIB,
        ("diskGiB",): _disk_gib(value, ("diskGiB",), platform.volume_gib, gpus=gpus),
    }


def _disk_gib(value: Value, path: Path, wanted: int | None, *, gpus: bool) -> int | None:
    """The size asked for, else the worker's own with room for GPU images; nothing leaves it to the cloud."""
    if wanted is not None:
        return wanted
    own = _at(value, path)
    size = own if isinstance(own, int) else None
    return max(size or 0, _GPU_DISK_GIB) if gpus else size


def _at(value: object, path: Path) -> object:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _set(value: Value, path: Path, change: Any) -> None:  # noqa: ANN401 - any JSON value
    if change is None:
        # What is left out is never nested: only whole options are.
        value.pop(str(path[0]), None)
        return
    here: Any = value
    for step, below in itertools.pairwise(path):
        if isinstance(here, list):
            if not here:
                here.append({})
            here = here[int(step)]
        else:
            here = here.setdefault(step, [] if isinstance(below, int) else {})
    here[path[-1]] = change


def _others(value: object, ours: Collection[Path], path: Path) -> Iterator[Path]:
    """The longest paths that hold nothing of ours."""
    if path in ours:
        return
    if not any(one[: len(path)] == path for one in ours):
        yield path
        return
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in members:
        yield from _others(member, ours, (*path, step))


def _written(path: Path) -> str:
    """A path below the value as Pulumi writes it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if _PLAIN.fullmatch(step) else f"[{json.dumps(step)}]"
    return text


def _without_nulls(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return {key: _without_nulls(member) for key, member in value.items() if member is not None}
    return [_without_nulls(member) for member in value] if isinstance(value, list) else value
