"""What one configured provider instance knows and shares between its calls."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolchain.stand_ins import in_use
from toolchain.stand_ins.engine_log import EngineLog
from toolchain.stand_ins.kubernetes import kubeconfig, objects, typed
from toolchain.stand_ins.kubernetes.awaiting.waiting import Waiter
from toolchain.stand_ins.kubernetes.cluster import Cluster
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError
from toolchain.stand_ins.kubernetes.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.kubernetes.values import Tree

RETRY_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Pauses after each failed try to create an object whose kind or namespace is missing (official plugin): 63 s."""


NAME = "pulumi-resource-kubernetes"
"""The plugin that this one stands in for."""


@dataclass(frozen=True)
class Call:
    """Which resource a call is about, and how it is meant."""

    urn: str
    type_token: str
    preview: bool = False
    timeout: float = 0.0
    """Seconds from the resource's `custom_timeouts`; 0 when it has none."""


@dataclass
class Session:
    """Configuration, cluster and the way to the user."""

    settings: Settings = field(default_factory=Settings)
    cluster: Cluster | None = None
    """`None` when there is no cluster to talk to; `unreachable` then says why."""
    unreachable: str = "the provider is not configured"
    default_namespace: str = "default"
    log: EngineLog = field(default_factory=EngineLog)
    cancelled: threading.Event = field(default_factory=threading.Event)
    retry_seconds: tuple[float, ...] = RETRY_SECONDS

    def configure(self, settings: Settings, environment: Mapping[str, str]) -> None:
        """Take the configuration and make first contact; a cluster out of reach is a state, not an error.

        Raises:
            DistantServerError: The cluster is not on this machine, and stand-ins are not permitted there.
        """
        self.settings = settings
        self.default_namespace = settings.namespace or "default"
        self.cluster = None
        if settings.kubeconfig_unknown:
            self.unreachable = "the kubeconfig is not known yet"
            return
        try:
            found = kubeconfig.loaded(settings.kubeconfig, environment)
            self.default_namespace = (
                settings.namespace or objects.text(found.context(settings.context), "namespace") or "default"
            )
            client = kubeconfig.client(found, settings.context, settings.cluster)
            in_use.check_server(NAME, client.configuration.host, kubeconfig.proxy(client), environment)
            cluster = Cluster(client, settings.limits)
            cluster.greet()
        except (kubeconfig.NoCluster, OSError) as error:
            self.unreachable = str(error)
        except (ApiError, CallError) as error:
            self.unreachable = f"unable to load schema information from the API server: {error}"
        else:
            self.cluster = cluster

    def reachable(self) -> Cluster:
        """The cluster.

        Raises:
            CallError: It is out of reach.
        """
        if self.cluster is None:
            raise CallError(f"configured Kubernetes cluster is unreachable: {self.unreachable}")
        return self.cluster

    def is_namespaced(self, obj: Tree) -> bool:
        """Whether the object's kind has namespaces; kinds that nobody knows count as having them."""
        api_version, kind = objects.text(obj, "apiVersion"), objects.text(obj, "kind")
        if typed.is_cluster_scoped(api_version, kind):
            return False
        if typed.is_built_in(api_version) or self.cluster is None:
            return True
        try:
            found = self.cluster.kind(api_version, kind)
        except (ApiError, CallError):  # as out of reach; the operation itself will say so
            return True
        return found is None or found.namespaced

    def serves(self, obj: Tree) -> bool:
        """Whether the cluster is there and serves the object's kind."""
        if self.cluster is None:
            return False
        return self.cluster.kind(objects.text(obj, "apiVersion"), objects.text(obj, "kind")) is not None

    def waiter(self, urn: str) -> Waiter:
        """What a wait for the resource needs."""
        return Waiter(self.reachable(), self.cancelled, lambda line: self.log.tell(urn, line))
