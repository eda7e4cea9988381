"""Readiness of workloads: Deployment, StatefulSet, DaemonSet, Job, Pod (pulumi-kubernetes, provider/pkg/await)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects
from toolchain.stand_ins.kubernetes.awaiting.waiting import Verdict

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.cluster import Cluster
    from toolchain.stand_ins.kubernetes.values import Tree

REVISION = "deployment.kubernetes.io/revision"
TOO_FEW_PODS = "Minimum number of live Pods was not attained"


def _has_seen_spec(live: Tree) -> bool:
    """Whether the controller's status is about the newest spec."""
    return objects.number(live, "status", "observedGeneration") >= objects.number(live, "metadata", "generation")


def _is_true(live: Tree, wanted: str) -> bool:
    return objects.text(objects.condition(live, wanted), "status") == "True"


@dataclass(frozen=True)
class DeploymentLook:
    """A Deployment is ready when its newest ReplicaSet has all Pods ready and its claims are bound."""

    cluster: Cluster

    def __call__(self, live: Tree) -> Verdict:
        """Whether the roll-out is complete."""
        revision = objects.annotation(live, REVISION)
        if not _has_seen_spec(live) or not revision:
            return Verdict(ready=False, progress="Waiting for the Deployment controller", problems=[TOO_FEW_PODS])
        newest = self._replica_set(live, revision)
        ready, wanted = _ready_pods(newest)
        problems = [*_bad_conditions(live), *self._unbound_claims(live)]
        rolled_out = revision == "1" or _rollout_is_complete(live)
        if not _is_true(live, "Available"):
            problems.append(TOO_FEW_PODS)
        elif not rolled_out:
            problems.append("Minimum number of Pods to consider the application live was not attained")
        elif newest is None or ready < wanted:
            problems.append(
                "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"
            )
        if not problems:
            return Verdict(ready=True)
        progress = f"Waiting for app ReplicaSet to be available ({ready}/{wanted} Pods available)"
        return Verdict(ready=False, progress=progress, problems=problems + pod_problems(self.cluster, newest))

    def _replica_set(self, live: Tree, revision: str) -> Tree | None:
        """The Deployment's ReplicaSet of the revision."""
        found = self.cluster.poll_all("apps/v1", "ReplicaSet", objects.namespace(live))
        return next(
            (one for one in found if objects.is_owned_by(one, live) and objects.annotation(one, REVISION) == revision),
            None,
        )

    def _unbound_claims(self, live: Tree) -> list[str]:
        """A sentence that names the Pod template's claims that exist and are not bound."""
        volumes = objects.items(live, "spec", "template", "spec", "volumes")
        names = {objects.text(volume, "persistentVolumeClaim", "claimName") for volume in volumes} - {""}
        if not names:
            return []
        claims = self.cluster.poll_all("v1", "PersistentVolumeClaim", objects.namespace(live))
        unbound = sorted(
            objects.name(claim)
            for claim in claims
            if objects.name(claim) in names and objects.text(claim, "status", "phase") != "Bound"
        )
        return [f'Failed to bind PersistentVolumeClaim(s): "{",".join(unbound)}"'] if unbound else []


def _ready_pods(replica_set: Tree | None) -> tuple[int, int]:
    """(ready, wanted) Pods of a ReplicaSet; one is wanted while there is none."""
    wanted = objects.at(replica_set, "spec", "replicas")
    return objects.number(replica_set, "status", "readyReplicas"), 1 if wanted is None else int(wanted)


def _rollout_is_complete(live: Tree) -> bool:
    progressing = objects.condition(live, "Progressing")
    return (
        objects.text(progressing, "status") == "True"
        and objects.text(progressing, "reason") == "NewReplicaSetAvailable"
    )


def _bad_conditions(live: Tree) -> list[str]:
    """`[Reason] message` of the conditions that should be true and are not."""
    found = (objects.condition(live, wanted) for wanted in ("Progressing", "Available"))
    return [
        f"[{objects.text(one, 'reason')}] {objects.text(one, 'message')}"
        for one in found
        if one is not None and objects.text(one, "status") != "True"
    ]


@dataclass(frozen=True)
class StatefulSetLook:
    """A StatefulSet is ready when all its Pods are ready and of the newest revision."""

    cluster: Cluster

    def __call__(self, live: Tree) -> Verdict:
        """Whether all Pods are ready and new."""
        wanted = objects.number(live, "spec", "replicas")
        ready = objects.number(live, "status", "readyReplicas")
        counts = {objects.number(live, "status", key) for key in ("replicas", "readyReplicas")}
        current, newest = (objects.text(live, "status", key) for key in ("currentRevision", "updateRevision"))
        on_delete = objects.text(live, "spec", "updateStrategy", "type") == "OnDelete"
        replaced_by_hand = on_delete and objects.number(live, "metadata", "generation") > 1
        if not replaced_by_hand:
            counts.add(objects.number(live, "status", "currentReplicas"))
        has_pods = counts == {wanted}
        has_revision = replaced_by_hand or (current != "" and current == newest)
        if has_pods and has_revision and _has_seen_spec(live):
            return Verdict(ready=True)
        problems = [] if has_pods else [f"{ready} out of {wanted} replicas succeeded readiness checks"]
        if not has_revision:
            problems.append(
                f'StatefulSet controller failed to advance from revision "{current}" to revision "{newest}"'
            )
        progress = f"Waiting for StatefulSet to create Pods ({ready}/{wanted} Pods ready)"
        return Verdict(ready=False, progress=progress, problems=problems + pod_problems(self.cluster, live))


def daemon_set(live: Tree) -> Verdict:
    """A DaemonSet is ready when every chosen node runs a ready Pod of the newest template."""
    wanted = objects.number(live, "status", "desiredNumberScheduled")
    ready, updated = (objects.number(live, "status", key) for key in ("numberReady", "updatedNumberScheduled"))
    progress = f"Waiting for DaemonSet Pods ({min(ready, updated)}/{wanted} Pods ready)"
    return Verdict(_has_seen_spec(live) and ready >= wanted and updated >= wanted, progress, [progress])


@dataclass(frozen=True)
class JobLook:
    """A Job is ready when it is complete."""

    cluster: Cluster

    def __call__(self, live: Tree) -> Verdict:
        """Whether the Job is complete, or has failed for good."""
        if _is_true(live, "Complete"):
            return Verdict(ready=True)
        failure = objects.condition(live, "Failed")
        problems = pod_problems(self.cluster, live)
        if objects.text(failure, "status") == "True":
            told = f"[{objects.text(failure, 'reason')}] {objects.text(failure, 'message')}"
            return Verdict(ready=False, problems=[told, *problems], failed=True)
        done = objects.number(live, "status", "succeeded")
        return Verdict(ready=False, progress=f"Waiting for Job to complete ({done} Pods succeeded)", problems=problems)


def pod(live: Tree) -> Verdict:
    """A Pod is ready when its containers are, or when it has succeeded."""
    ready = _is_true(live, "Ready") or objects.text(live, "status", "phase") == "Succeeded"
    return Verdict(ready, f"Waiting for Pod ({objects.text(live, 'status', 'phase')})", _container_problems(live))


def pod_problems(cluster: Cluster, owner: Tree | None) -> list[str]:
    """What keeps the owner's Pods from running, one sentence for each container."""
    if owner is None:
        return []
    pods = cluster.poll_all("v1", "Pod", objects.namespace(owner))
    return [problem for one in pods if objects.is_owned_by(one, owner) for problem in _container_problems(one)]


def _container_problems(live: Tree) -> list[str]:
    where = f"[Pod {objects.identity(live)}]"
    problems = []
    scheduled = objects.condition(live, "PodScheduled")
    if objects.text(scheduled, "status") == "False":
        problems.append(f"{where}: {objects.text(scheduled, 'reason')}: {objects.text(scheduled, 'message')}")
    for key in ("initContainerStatuses", "containerStatuses"):
        for status in objects.items(live, "status", key):
            for state in ("waiting", "terminated"):
                reason = objects.text(status, "state", state, "reason")
                if reason and reason not in ("ContainerCreating", "PodInitializing", "Completed"):
                    message = objects.text(status, "state", state, "message")
                    problems.append(
                        f"{where}: container {objects.text(status, 'name')!r}: [{reason}] {message}".rstrip()
                    )
    return problems
