"""One pool of nodes: its machines, its nodes, their GPUs, and what stands in the way."""

from collections.abc import Iterator

from dynamic_providers.cluster import nodes
from dynamic_providers.cluster.conditions import quoted
from dynamic_providers.cluster.connection import Cluster
from dynamic_providers.cluster.errors import ClusterError, Failed
from dynamic_providers.cluster.evidence import QUOTED, containers, events_about
from dynamic_providers.json_object import Json

MACHINES = "/apis/machine.openshift.io/v1beta1/namespaces/openshift-machine-api"
MACHINES_NAMESPACE = "openshift-machine-api"
OF_SET = "machine.openshift.io/cluster-api-machineset"
POLICIES = "/apis/nvidia.com/v1/clusterpolicies"


class NodePool:
    """The nodes with the labels of a pool, and the MachineSet that makes them, if one does."""

    def __init__(self, cluster: Cluster, wanted: Json) -> None:
        self._cluster, self._wanted = cluster, wanted
        self._set: str = wanted["machine_set"]

    def look(self) -> str:
        """Return the phase; "" when the pool has enough nodes that offer what is asked for.

        Raises:
            Failed: a machine failed for good, a node has another GPU, or a GPU cannot be divided as asked.
        """
        least = self._wanted["minimum"]
        if self._set and self.machine_set() is None:
            return f"MachineSet {self._set} does not exist yet"
        found = self._nodes()
        missing = {node["metadata"]["name"]: self._missing(node) for node in found}
        ready = sum(not why for why in missing.values())
        if ready >= least:
            return ""
        told = [*self._without_nodes(len(found)), *(why for why in missing.values() if why)]
        return f"{ready} of {least} nodes are ready; {'; '.join(told[:QUOTED])}".rstrip("; ")

    def machine_set(self) -> Json | None:
        """Return the MachineSet; None when there is none."""
        return self._cluster.get(f"{MACHINES}/machinesets/{self._set}")

    def evidence(self) -> str:
        """Return events about machines, the state of NVIDIA's policy, and containers of its operators that wait."""
        try:
            parts = [*self._events(), *self._policies(), *self._containers()]
        except ClusterError as unreadable:
            return f"More cannot be read ({unreadable.wrong})"
        return ". ".join(parts)

    def _nodes(self) -> list[Json]:
        selector = ",".join(f"{key}={value}" for key, value in sorted(self._wanted["selector"].items()))
        found = self._cluster.items("/api/v1/nodes", {"labelSelector": selector})
        return [node for node in found if not node["metadata"].get("deletionTimestamp")]

    def _missing(self, node: Json) -> str:
        resource, product = self._wanted["resource"], self._wanted["product"]
        if why := nodes.unready(node):
            return why
        if not resource:
            return ""
        if product:
            self._refuse_other_gpu(node, product)
        self._refuse_undivided(node)
        if why := nodes.without_gpus(node, resource, self._wanted["per_node"]):
            return why
        return nodes.unshared(node, product) if product else ""

    def _refuse_other_gpu(self, node: Json, product: str) -> None:
        if found := nodes.other_product(node, product):
            raise Failed(
                self._title,
                f"node {node['metadata']['name']} has the GPU {found}, and the pool says {product}",
                "",
                "Correct the pool's product or its machine type",
            )

    def _refuse_undivided(self, node: Json) -> None:
        if nodes.labels_of(node).get(nodes.PARTED) == "failed":
            raise Failed(
                self._title,
                f"the GPUs of node {node['metadata']['name']} cannot be divided: {nodes.PARTED} is failed",
                self.evidence(),
                "Choose a profile that the GPU has, and see the log of nvidia-mig-manager on the node",
            )

    def _without_nodes(self, there: int) -> list[str]:
        """Say why there are too few nodes."""
        if there >= self._wanted["minimum"]:
            return []
        if not self._set:
            return [f"{there} of {self._wanted['minimum']} named nodes are in the cluster"]
        machine_set, machines = self.machine_set() or {"metadata": {}}, self._machines()
        for item in [machine_set, *machines]:
            if reason := nodes.failure(item):
                what = f"{item.get('kind') or 'Machine'} {item['metadata']['name']} failed: {reason}"
                raise Failed(self._title, what, self.evidence(), REMEDY)
        waiting = [nodes.machine_trouble(one) for one in machines if not (one.get("status") or {}).get("nodeRef")]
        if machines:
            return waiting or ["its nodes have not got the pool's labels yet"]
        asked = (machine_set.get("spec") or {}).get("replicas", 0)
        return [f"no machine yet, MachineSet {self._set} asks for {asked}"]

    def _machines(self) -> list[Json]:
        return self._cluster.items(f"{MACHINES}/machines", {"labelSelector": f"{OF_SET}={self._set}"})

    def _events(self) -> Iterator[str]:
        told = []
        for machine in self._machines() if self._set else []:
            if not (machine.get("status") or {}).get("nodeRef"):
                told += events_about(self._cluster, MACHINES_NAMESPACE, machine["metadata"]["name"])
        if told:
            yield f"Events: {'; '.join(told[-QUOTED:])}"

    def _policies(self) -> Iterator[str]:
        for policy in self._cluster.items(POLICIES) if self._wanted["resource"] else []:
            status = policy.get("status") or {}
            if status.get("state") != "ready":
                told = quoted(status.get("conditions") or [])
                yield f"ClusterPolicy {policy['metadata']['name']} is {status.get('state') or 'new'} ({told})"

    def _containers(self) -> Iterator[str]:
        pods = [
            pod for name in self._wanted["namespaces"] for pod in self._cluster.items(f"/api/v1/namespaces/{name}/pods")
        ]
        if troubled := containers(pods)[:QUOTED]:
            yield f"Containers: {'; '.join(troubled)}"

    @property
    def _title(self) -> str:
        return f"node pool {self._wanted['pool']}"


REMEDY = (
    "Correct what the provider's message names (quota, machine type, zone), delete the failed Machine, and run again"
)
