"""What a node offers and is labelled with, from its cards and from how they are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from sandbox.operators.kinds import CONFIG_MAP

if TYPE_CHECKING:
    from sandbox.operators.machine_api.cloud import Card
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

GPU = "nvidia.com/gpu"
MIG_WANTED, MIG_STATE = "nvidia.com/mig.config", "nvidia.com/mig.config.state"
_CHOSEN = "nvidia.com/device-plugin.config"
_READ = "sandbox/device-plugin-config"
"""Annotation of the device plugin's pod: the configuration that it has read, and what it says."""


def replicas(policy: Manifest, namespace: str, node: Manifest, plugin: Manifest | None, view: View) -> int:
    """How many pods share a GPU of a node, by the configuration that its label or the policy's default names.

    What the plugin's pod has read once it does not read again, whatever becomes of the ConfigMap (NVIDIA, GPU operator,
    updating a time-slicing config map).
    """
    before = _noted(plugin).partition("=")
    if before[0] == _chosen(policy, node):
        return int(before[2])
    return _read(policy, namespace, node, view)


def noted(
    policy: Manifest, namespace: str, node: Manifest, plugin: Manifest | None, view: View
) -> tuple[tuple[Manifest, Manifest], ...]:
    """The patch with which the plugin's pod remembers what it reads at its start, and when it is sent to another."""
    chosen = _chosen(policy, node)
    if plugin is None or _noted(plugin).partition("=")[0] == chosen:
        return ()
    told = f"{chosen}={_read(policy, namespace, node, view)}"
    return ((plugin, {"metadata": {"annotations": {_READ: told}}}),)


def _noted(plugin: Manifest | None) -> str:
    return str(plugin["metadata"].get("annotations", {}).get(_READ, "")) if plugin is not None else ""


def _chosen(policy: Manifest, node: Manifest) -> str:
    """Name of the ConfigMap and the key in it; a slash alone where the policy names none."""
    config = policy["spec"].get("devicePlugin", {}).get("config", {})
    key = node["metadata"].get("labels", {}).get(_CHOSEN) or config.get("default", "")
    return f"{config.get('name', '')}/{key}"


def _read(policy: Manifest, namespace: str, node: Manifest, view: View) -> int:
    name, _, key = _chosen(policy, node).partition("/")
    found = view.store.get(CONFIG_MAP, namespace, name) if name else None
    text = (found or {}).get("data", {}).get(key, "")
    slicing = ((yaml.safe_load(text) or {}).get("sharing") or {}).get("timeSlicing") or {}
    shared = [entry["replicas"] for entry in slicing.get("resources", ()) if entry["name"] == GPU]
    return int(shared[0]) if shared else 1


def parts(card: Card, wanted: str) -> int | None:
    """How many parts of the wanted profile one card has; None when it cannot be divided so."""
    return card.mig.get(wanted.removeprefix("all-"))


def offered(card: Card, cards: int, policy: Manifest, node: Manifest, *, shared_by: int) -> Manifest:
    """Resources of a node by name; divided cards leave no whole one."""
    wanted = node["metadata"].get("labels", {}).get(MIG_WANTED, "")
    count = parts(card, wanted) if wanted and wanted != "all-disabled" else None
    if count is None:
        return {GPU: str(cards * shared_by)}
    if policy["spec"].get("mig", {}).get("strategy") == "mixed":
        return {f"nvidia.com/mig-{wanted.removeprefix('all-')}": str(cards * count), GPU: "0"}
    return {GPU: str(cards * count)}


def labels(card: Card, cards: int, node: Manifest, *, shared_by: int) -> dict[str, str]:
    """What gpu-feature-discovery and the MIG manager write."""
    wanted = node["metadata"].get("labels", {}).get(MIG_WANTED, "")
    found = {
        "nvidia.com/gpu.product": card.product + ("-SHARED" if shared_by > 1 else ""),
        "nvidia.com/gpu.memory": str(card.memory_mib),
        "nvidia.com/gpu.count": str(cards),
        "nvidia.com/gpu.replicas": str(shared_by),
        "nvidia.com/mig.capable": str(bool(card.mig)).lower(),
    }
    if wanted:
        divided = wanted == "all-disabled" or parts(card, wanted) is not None
        found[MIG_STATE] = "success" if divided else "failed"
    return found
