"""The status a kubelet writes for a pod, from what its containers do. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.kube.client import Json

HOST_ADDRESS = "10.0.0.10"


@dataclass
class ContainerState:
    """What one container does now, in the terms of its status."""

    name: str
    image: str
    state: Json = field(default_factory=lambda: {"waiting": {"reason": "ContainerCreating"}})
    last: Json = field(default_factory=dict)
    ready: bool = False
    restarts: int = 0
    identity: str = ""

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return "running" in self.state

    @property
    def exit_code(self) -> int | None:
        """How it ended; None when it has not."""
        ended = self.state.get("terminated")
        return None if ended is None else int(ended["exitCode"])

    def shown(self) -> Json:
        """The entry in `containerStatuses`."""
        return {
            "name": self.name,
            "image": self.image,
            "imageID": self.image if self.identity else "",
            "containerID": self.identity,
            "state": self.state,
            "lastState": self.last,
            "ready": self.ready,
            "started": self.running,
            "restartCount": self.restarts,
        }


def waiting(reason: str, message: str = "") -> Json:
    """The state of a container that waits."""
    return {"waiting": {"reason": reason} | ({"message": message} if message else {})}


def terminated(code: int, started: str, finished: str, identity: str, message: str = "") -> Json:
    """The state of a container that ended; a negative code is the signal that ended it."""
    shown = 128 - code if code < 0 else code
    return {
        "terminated": {
            "exitCode": shown,
            "reason": "Completed" if shown == 0 else "Error",
            "startedAt": started,
            "finishedAt": finished,
            "containerID": identity,
            **({"message": message} if message else {}),
        }
    }


def phase(containers: Sequence[ContainerState], restart_policy: str) -> str:
    """The pod's phase."""
    codes = [container.exit_code for container in containers]
    if restart_policy != "Always" and all(code is not None for code in codes):
        return "Succeeded" if not any(codes) else "Failed"
    if any(container.running or container.last for container in containers) or any(code is not None for code in codes):
        return "Running"
    return "Pending"


def pod_status(pod: Json, address: str, containers: Sequence[ContainerState], started: str, moment: str) -> Json:
    """The whole status of a pod that has a node.

    Args:
        pod: The pod as last seen; conditions that did not change keep their time.
        address: Its address.
        containers: Its containers.
        started: When the node took it.
        moment: Now.
    """
    spec = pod["spec"]
    found = phase(containers, spec.get("restartPolicy", "Always"))
    conditions = _conditions(found, [container.name for container in containers if not container.ready])
    return {
        "phase": found,
        "conditions": _dated(conditions, pod.get("status", {}).get("conditions") or [], moment),
        "hostIP": HOST_ADDRESS,
        "hostIPs": [{"ip": HOST_ADDRESS}],
        "podIP": address,
        "podIPs": [{"ip": address}],
        "startTime": started,
        "qosClass": pod.get("status", {}).get("qosClass", "BestEffort"),
        "containerStatuses": [container.shown() for container in containers],
        "initContainerStatuses": [_finished(init, started) for init in spec.get("initContainers") or []],
    }


def _conditions(found: str, unready: Sequence[str]) -> list[Json]:
    """The conditions of a pod in a phase, some of its containers not ready."""
    done = found in {"Succeeded", "Failed"}
    readiness: Json = {"status": "True"}
    if done:
        readiness = {"status": "False", "reason": "PodCompleted" if found == "Succeeded" else "PodFailed"}
    elif unready:
        message = f"containers with unready status: [{' '.join(unready)}]"
        readiness = {"status": "False", "reason": "ContainersNotReady", "message": message}
    return [
        {"type": "PodReadyToStartContainers", "status": "False" if done else "True"},
        {"type": "Initialized", "status": "True"} | ({"reason": "PodCompleted"} if done else {}),
        {"type": "Ready"} | readiness,
        {"type": "ContainersReady"} | readiness,
        {"type": "PodScheduled", "status": "True"},
    ]


def unscheduled_status(pod: Json, why: str, moment: str) -> Json:
    """The status of a pod no node takes."""
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": why}
    return {
        "phase": "Pending",
        "conditions": _dated([condition], pod.get("status", {}).get("conditions") or [], moment),
    }


def _finished(init: Json, moment: str) -> Json:
    # Init containers are pretended: they prepare files nobody reads here.
    identity = f"cri-o://init-{init['name']}"
    state = terminated(0, moment, moment, identity)
    return ContainerState(init["name"], init["image"], state, ready=True, identity=identity).shown()


def _dated(conditions: list[Json], before: Sequence[Json], moment: str) -> list[Json]:
    known = {found["type"]: found for found in before}
    for condition in conditions:
        former = known.get(condition["type"], {})
        same = former.get("status") == condition["status"]
        condition["lastTransitionTime"] = former.get("lastTransitionTime") or moment if same else moment
    return conditions
