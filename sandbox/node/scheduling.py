"""Whether a pod fits a node: selector, required affinity, taints, extended resources. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sandbox.kube.client import Json

_FINISHED = ("Succeeded", "Failed")
_NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
"""Taint that the cluster gives a node until its kubelet is ready; no controller does so here."""


def choose(pod: Json, nodes: Sequence[Json], pods: Iterable[Json]) -> tuple[str | None, str]:
    """The name of the first node that fits, or None; and why the others do not, in the scheduler's words."""
    others = [other for other in pods if other["metadata"]["uid"] != pod["metadata"]["uid"]]
    refusals: Counter[str] = Counter()
    for node in sorted(nodes, key=lambda found: str(found["metadata"]["name"])):
        refusal = misfit(pod, node, others)
        if refusal is None:
            return node["metadata"]["name"], ""
        refusals[refusal] += 1
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(refusals.items()))
    return None, f"0/{len(nodes)} nodes are available: {reasons or 'no nodes'}.{_preemption(refusals, len(nodes))}"


def _preemption(refusals: Counter[str], nodes: int) -> str:
    """Whether pods of lower priority could make room, as the scheduler adds it (kube-scheduler, defaultpreemption)."""
    if not refusals:
        return ""
    full = sum(count for refusal, count in refusals.items() if refusal.startswith("Insufficient"))
    sentences = {
        "No preemption victims found for incoming pod": full,
        "Preemption is not helpful for scheduling": refusals.total() - full,
    }
    said = ", ".join(f"{count} {sentence}" for sentence, count in sentences.items() if count)
    return f" preemption: 0/{nodes} nodes are available: {said}."


def misfit(pod: Json, node: Json, others: Iterable[Json]) -> str | None:
    """Why a pod does not fit a node; None when it does."""
    spec = pod["spec"]
    if spec.get("nodeName"):
        return None if spec["nodeName"] == node["metadata"]["name"] else "node(s) didn't match the requested node name"
    labels = node["metadata"].get("labels") or {}
    if any(labels.get(key) != value for key, value in (spec.get("nodeSelector") or {}).items()):
        return "node(s) didn't match Pod's node affinity/selector"
    if not _affine(spec, node):
        return "node(s) didn't match Pod's node affinity/selector"
    taint = _untolerated(spec, node)
    if taint:
        return f"node(s) had untolerated taint {{{taint['key']}: {taint.get('value', '')}}}"
    if node["spec"].get("unschedulable"):
        return "node(s) were unschedulable"
    return _insufficient(pod, node, others)


def _affine(spec: Json, node: Json) -> bool:
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    terms = (affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}).get("nodeSelectorTerms")
    if not terms:
        return True
    labels = node["metadata"].get("labels") or {}
    fields = {"metadata.name": node["metadata"]["name"]}
    return any(
        all(_holds(rule, labels) for rule in term.get("matchExpressions") or [])
        and all(_holds(rule, fields) for rule in term.get("matchFields") or [])
        for term in terms
    )


def _holds(rule: Json, facts: dict[str, str]) -> bool:
    value, values = facts.get(rule["key"]), rule.get("values") or []
    tests = {
        "In": lambda: value in values,
        "NotIn": lambda: value not in values,
        "Exists": lambda: value is not None,
        "DoesNotExist": lambda: value is None,
        "Gt": lambda: value is not None and int(value) > int(values[0]),
        "Lt": lambda: value is not None and int(value) < int(values[0]),
    }
    return tests[rule["operator"]]()


def _untolerated(spec: Json, node: Json) -> Json | None:
    told = node.get("status", {}).get("conditions") or []
    down = any(one["type"] == "Ready" and one["status"] != "True" for one in told)
    for taint in [*(node["spec"].get("taints") or []), *([_NOT_READY] if down else [])]:
        if taint["effect"] == "PreferNoSchedule":
            continue
        if not any(_tolerates(toleration, taint) for toleration in spec.get("tolerations") or []):
            found: Json = taint
            return found
    return None


def _tolerates(toleration: Json, taint: Json) -> bool:
    if toleration.get("effect") not in {None, "", taint["effect"]}:
        return False
    if toleration.get("operator") == "Exists":
        return toleration.get("key") in {None, "", taint["key"]}
    return bool(toleration.get("key") == taint["key"] and toleration.get("value", "") == taint.get("value", ""))


def _insufficient(pod: Json, node: Json, others: Iterable[Json]) -> str | None:
    # Processor and memory are the machine's, not the simulated node's: only countable devices are accounted.
    wanted = _devices(pod)
    if not wanted:
        return None
    used: Counter[str] = Counter()
    for other in others:
        running = other.get("status", {}).get("phase") not in _FINISHED
        if running and other["spec"].get("nodeName") == node["metadata"]["name"]:
            used.update(_devices(other))
    allocatable = node.get("status", {}).get("allocatable") or {}
    for name, count in sorted(wanted.items()):
        if used[name] + count > int(allocatable.get(name, "0")):
            return f"Insufficient {name}"
    return None


def _devices(pod: Json) -> Counter[str]:
    found: Counter[str] = Counter()
    for container in pod["spec"]["containers"]:
        resources = container.get("resources") or {}
        for name, amount in ((resources.get("limits") or {}) | (resources.get("requests") or {})).items():
            if "/" in name:
                found[name] += int(amount)
    return found
