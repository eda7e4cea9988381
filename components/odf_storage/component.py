"""Places the storage and waits until its storage classes are there."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.storage import CLUSTER_NAME, NAMESPACE, Odf
from components.custom_resources import digest
from components.odf_storage.manifests import STORAGE_LABEL, storage_classes, storage_cluster
from components.site import Site
from dynamic_providers.cluster.condition_gate import ConditionGate, ConditionGateArgs


@dataclass(frozen=True, kw_only=True)
class OdfStorageArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    odf: Odf
    """Disks and nodes."""
    operator: pulumi.Resource
    """Gate of the operator."""
    nodes: Sequence[pulumi.Resource] = ()
    """Gates behind which the nodes are there that this stack adds: without three of them its operator refuses."""


class OdfStorage(pulumi.ComponentResource):
    """Labels of the storage nodes, StorageCluster, and a gate for it and for each storage class."""

    ready: tuple[pulumi.Resource, ...]
    """The gates: claims on the storage classes are met."""

    def __init__(self, name: str, args: OdfStorageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:platform:OdfStorage", name, {}, opts)
        manifest = storage_cluster(args.odf)
        labels = [self._label(name, args.site, node) for node in args.odf.nodes]
        cluster = args.site.place(
            name,
            manifest,
            # Everybody's volumes and buckets go with it.
            args.site.keeping(pulumi.ResourceOptions(parent=self, depends_on=[args.operator, *labels, *args.nodes])),
        )
        gate = ConditionGate(
            f"{name}-ready",
            ConditionGateArgs(
                api_version=manifest["apiVersion"],
                kind=manifest["kind"],
                name=CLUSTER_NAME,
                namespace=NAMESPACE,
                conditions=["status.phase=Ready"],
                timeout_seconds=args.site.settings.waits.storage_ready_seconds,
                trigger=digest(manifest),
            ),
            pulumi.ResourceOptions(parent=self, provider=args.site.ground_gates, depends_on=[cluster]),
        )
        self.ready = tuple(self._class(name, args.site, title, gate) for title in storage_classes(args.odf))
        self.register_outputs({})

    def _label(self, name: str, site: Site, node: str) -> pulumi.Resource:
        """The label alone; everything else of the node stays as it is, and a removed entry takes its label off."""
        return core.NodePatch(
            f"{name}-{node}",
            metadata={"name": node, "labels": {STORAGE_LABEL: ""}, "annotations": {"pulumi.com/patchForce": "true"}},
            opts=pulumi.ResourceOptions(parent=self, provider=site.kubernetes),
        )

    def _class(self, name: str, site: Site, title: str, storage: pulumi.Resource) -> ConditionGate:
        return ConditionGate(
            f"{name}-{title}",
            ConditionGateArgs(
                api_version="storage.k8s.io/v1",
                kind="StorageClass",
                name=title,
                # A class has no status: that it exists is all there is to wait for.
                conditions=[],
                timeout_seconds=site.settings.waits.storage_ready_seconds,
            ),
            pulumi.ResourceOptions(parent=self, provider=site.ground_gates, depends_on=[storage]),
        )
