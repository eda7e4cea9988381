"""What everything else stands on: namespaces, operators, nodes and storage."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.gpu_node_pool import MachineSets
from components.namespaces import WorkNamespaces, WorkNamespacesArgs
from components.odf_storage import OdfStorage, OdfStorageArgs
from components.operator_install import OperatorInstall, OperatorInstallArgs, needed_operators
from components.site import Site
from layers import nodes
from layers.nodes import Nodes


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The layer, placed."""

    namespaces: WorkNamespaces
    """Namespaces that are no operator's."""
    operators: Mapping[str, pulumi.Resource]
    """Our name for an operator → the gate behind which its kinds can be used."""
    nodes: Nodes
    """The nodes that this stack adds."""
    storage: tuple[pulumi.Resource, ...]
    """Gates behind which the cluster's storage classes are there; empty when this stack does not install them."""


def place(site: Site, machine_sets: MachineSets) -> Cluster:
    """Place the layer; `machine_sets` are worker MachineSets that preflight read, by name."""
    namespaces = WorkNamespaces("namespaces", WorkNamespacesArgs(site=site))
    operators = {
        operator.name: OperatorInstall(operator.name, OperatorInstallArgs(site=site, operator=operator)).ready
        for operator in needed_operators(site.settings)
    }
    for name, gate in operators.items():
        site.watch(f"operators.{name}", gate)
    added = nodes.place(site, operators, machine_sets)
    storage = _storage(site, operators, added)
    site.watch("storage", *storage)
    return Cluster(namespaces=namespaces, operators=operators, nodes=added, storage=storage)


def _storage(site: Site, operators: Mapping[str, pulumi.Resource], added: Nodes) -> tuple[pulumi.Resource, ...]:
    if (odf := site.settings.storage.odf) is None:
        return ()
    args = OdfStorageArgs(site=site, odf=odf, operator=operators["odf"], nodes=[*added.workers.values()])
    return OdfStorage("storage", args).ready
