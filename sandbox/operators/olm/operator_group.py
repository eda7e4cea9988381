"""OperatorGroup: which namespaces the operators of a namespace watch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.operators.kinds import OPERATOR_GROUP
from sandbox.operators.reconcile import Outcome

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest, Store


@dataclass(frozen=True, kw_only=True)
class GroupProblem:
    """Why a namespace's operators cannot work: OLM's reason word and its sentence."""

    reason: str
    message: str


def reconcile(group: Manifest, view: View) -> Outcome:
    """Write the watched namespaces into the status; one empty name stands for all."""
    if not view.due("new"):
        return Outcome(again=True)
    namespaces = targets(group)
    status = group.get("status", {})
    if status.get("namespaces") == namespaces:
        return Outcome()
    return Outcome(status={**status, "namespaces": namespaces, "lastUpdated": view.now})


def targets(group: Manifest) -> list[str]:
    """The namespaces a group asks for; `[""]` for all."""
    return sorted(group.get("spec", {}).get("targetNamespaces") or [""])


def group_of(store: Store, namespace: str) -> Manifest | GroupProblem:
    """The one OperatorGroup of a namespace, or what is wrong."""
    groups = store.objects(OPERATOR_GROUP, namespace)
    if not groups:
        return GroupProblem(reason="NoOperatorGroup", message="csv in namespace with no operatorgroups")
    if len(groups) > 1:
        return GroupProblem(
            reason="TooManyOperatorGroups",
            message="csv created in namespace with multiple operatorgroups, can't pick one",
        )
    return groups[0]


def unsupported(group: Manifest, install_modes: frozenset[str]) -> GroupProblem | None:
    """What is wrong when an operator does not support the group's mode."""
    mode, watched = _mode(group)
    if mode in install_modes:
        return None
    return GroupProblem(
        reason="UnsupportedOperatorGroup",
        message=f"{mode} InstallModeType not supported, cannot configure to watch {watched}",
    )


def _mode(group: Manifest) -> tuple[str, str]:
    namespaces = targets(group)
    if namespaces == [""]:
        return "AllNamespaces", "all namespaces"
    if namespaces == [group["metadata"]["namespace"]]:
        return "OwnNamespace", "own namespace"
    if len(namespaces) == 1:
        return "SingleNamespace", "one namespace"
    return "MultiNamespace", f"{len(namespaces)} namespaces"
