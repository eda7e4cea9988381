"""DaemonSets of operators that work on nodes, and on which nodes their pods are ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.operators.kinds import DAEMON_SET, POD
from sandbox.operators.reconcile import is_true, owner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest


def daemon_set(  # noqa: PLR0913 - what one DaemonSet differs in from another
    name: str,
    namespace: str,
    image: str,
    keeper: Manifest,
    *,
    selector: Mapping[str, str] | None = None,
    tolerations: Sequence[Mapping[str, Any]] = (),
) -> Manifest:
    """A DaemonSet with one container, on the nodes with the labels of `selector`."""
    labels = {"app": name}
    pod: Manifest = {"containers": [{"name": name, "image": image}], "tolerations": [dict(one) for one in tolerations]}
    if selector:
        pod["nodeSelector"] = dict(selector)
    return {
        "apiVersion": DAEMON_SET.api_version,
        "kind": DAEMON_SET.kind,
        "metadata": {"name": name, "namespace": namespace, "labels": labels, "ownerReferences": [owner(keeper)]},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }


def ready_on(name: str, namespace: str, node: str, view: View) -> bool:
    """Whether the pod of a DaemonSet on a node is ready."""
    return ready_pod(name, namespace, node, view) is not None


def ready_pod(name: str, namespace: str, node: str, view: View) -> Manifest | None:
    """The pod of a DaemonSet on a node, when it is ready."""
    found = (
        pod
        for pod in view.store.objects(POD, namespace)
        if pod["spec"].get("nodeName") == node
        and pod["metadata"].get("labels", {}).get("app") == name
        and is_true(pod, "Ready")
    )
    return next(found, None)
