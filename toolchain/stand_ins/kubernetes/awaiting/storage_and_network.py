"""Readiness of Services, volumes, claims, quotas and token Secrets (pulumi-kubernetes, provider/pkg/await)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import objects, values
from toolchain.stand_ins.kubernetes.awaiting.waiting import Verdict

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.cluster import Cluster
    from toolchain.stand_ins.kubernetes.values import Tree

SETTLE_SECONDS = 10.0
"""How long a Service's endpoints must stay the same (official plugin)."""

CLAIM_SECONDS = 300.0
"""How long volumes and claims are waited for; no option changes it (official plugin)."""

QUOTA_SECONDS = 60.0
TOKEN_SECONDS = 5.0

NO_PODS = (
    "Service does not target any Pods. Selected Pods may not be ready, or "
    "field '.spec.selector' may not match labels on any Pods"
)

SERVICE_LABEL = "kubernetes.io/service-name"
TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - a type of Secret


class ServiceLook:
    """A Service is ready when its endpoints have settled and a load balancer, if asked for, has its address."""

    def __init__(self, cluster: Cluster, settle_seconds: float = SETTLE_SECONDS) -> None:
        self._cluster = cluster
        self._settle = settle_seconds
        self._seen: list[str] | None = None
        self._since = time.monotonic()

    def __call__(self, live: Tree) -> Verdict:
        """Whether the Service has settled."""
        if not self.has_address(live):
            problem = "Service was not allocated an IP address; does your cloud provider support this?"
            return Verdict(ready=False, progress="Attempting to allocate IP address to Service", problems=[problem])
        if needs_no_pods(live):
            return Verdict(ready=True)
        slices = self._slices(live)
        if slices != self._seen:
            self._seen, self._since = slices, time.monotonic()
        settled = time.monotonic() - self._since >= self._settle
        return Verdict(bool(slices) and settled, "Finding Pods to direct traffic to", _no_pods(slices))

    def is_ready_now(self, live: Tree) -> Verdict:
        """The look without the time to settle: for the end of the time-out, and for Read."""
        if not self.has_address(live) or needs_no_pods(live):
            return self(live)
        slices = self._slices(live)
        return Verdict(bool(slices), problems=_no_pods(slices))

    @staticmethod
    def has_address(live: Tree) -> bool:
        """Whether the Service has the outside address it asks for."""
        balanced = objects.text(live, "spec", "type") == "LoadBalancer"
        return not balanced or bool(objects.items(live, "status", "loadBalancer", "ingress"))

    def _slices(self, live: Tree) -> list[str]:
        """Identity and version of the Service's EndpointSlices."""
        selector = f"{SERVICE_LABEL}={objects.name(live)}"
        found = self._cluster.poll_all("discovery.k8s.io/v1", "EndpointSlice", objects.namespace(live), selector)
        return sorted(f"{objects.name(one)}@{objects.text(one, 'metadata', 'resourceVersion')}" for one in found)


def _no_pods(slices: list[str]) -> list[str]:
    if slices:
        return []
    return [NO_PODS]


def needs_no_pods(live: Tree) -> bool:
    """Whether the Service is ready without endpoints: ExternalName, headless, or without a selector."""
    spec = live.get("spec") or {}
    return spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None" or not spec.get("selector")


class ClaimLook:
    """A claim is ready when it is bound, or pending by its class's design until a Pod uses it."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __call__(self, live: Tree) -> Verdict:
        """Whether the claim is bound or waits for its first Pod."""
        phase = objects.text(live, "status", "phase")
        if phase == "Bound" or self._waits_for_a_pod(live):
            return Verdict(ready=True)
        return Verdict(ready=False, progress=f"Waiting for the claim to be bound ({phase or 'no phase'})")

    def _waits_for_a_pod(self, live: Tree) -> bool:
        wanted = objects.text(live, "spec", "storageClassName")
        if not wanted:
            return False
        classes = self._cluster.poll_all("storage.k8s.io/v1", "StorageClass", "")
        return any(
            objects.name(one) == wanted and one.get("volumeBindingMode") == "WaitForFirstConsumer" for one in classes
        )


def volume(live: Tree) -> Verdict:
    """A volume is ready when it can be bound, or is."""
    phase = objects.text(live, "status", "phase")
    return Verdict(phase in ("Available", "Bound"), f"Waiting for the volume ({phase or 'no phase'})")


def quota(live: Tree) -> Verdict:
    """A quota is ready when the controller has taken its limits over."""
    hard = objects.at(live, "spec", "hard")
    return Verdict(values.same(hard, objects.at(live, "status", "hard")), "Waiting for the quota's status")


def token_secret(live: Tree) -> Verdict:
    """A token Secret is ready when the controller has filled it."""
    return Verdict(bool(live.get("data")), "Waiting for the token")
