"""Where models run: OpenShift AI, and a server per model."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.config.server_pod import ServerPod
from components.model_server import (
    ModelServer,
    ModelServerArgs,
    ServingAccess,
    ServingAccessArgs,
    served_model,
    wants_access,
)
from components.openshift_ai import OpenShiftAi, OpenShiftAiArgs
from components.site import ServerKey, Site
from layers import weights
from layers.cluster import Cluster
from layers.weights import Weights


@dataclass(frozen=True, kw_only=True)
class Serving:
    """The layer, placed."""

    weights: Weights
    """What model servers load."""
    keys: Mapping[str, ServerKey]
    """Model → the key for which its server asks; others are missing."""


def place(site: Site, cluster: Cluster) -> Serving:
    """Place the layer."""
    settings = site.settings
    serving: list[pulumi.Resource] = [cluster.namespaces.models]
    if (release := settings.prereqs.openshift_ai) is not None:
        below = [cluster.operators[name] for name in ("service-mesh", "serverless") if name in cluster.operators]
        operator = cluster.operators["openshift-ai"]
        platform = OpenShiftAiArgs(site=site, settings=release, operator=operator, beside=below)
        serving.append(OpenShiftAi("openshift-ai", platform).ready)
        site.watch("openshift-ai", serving[-1])
    secret = None
    if wants_access(settings):
        shared = ServingAccess("serving", ServingAccessArgs(site=site, namespace=cluster.namespaces.models))
        serving += shared.before
        secret = shared.key
    loaded = weights.place(site, cluster)
    keys: dict[str, ServerKey] = {}
    for key in settings.models:
        if (model := served_model(settings, key)) is not None:
            asked = secret if model.launch.keyed else None
            after = [*serving, *loaded.before(key), *_nodes(site, cluster, key)]
            server = ModelServer(key, ModelServerArgs(site=site, model=model, after=after, key=asked))
            site.watch(f"models.{key}", server.ready)
            if asked is not None:
                keys[key] = ServerKey(version=asked, ready=server.ready)
    return Serving(weights=loaded, keys=keys)


def _nodes(site: Site, cluster: Cluster, key: str) -> list[pulumi.Resource]:
    """What the server of model `key` needs to get its GPUs: its pool's gate, or the driver's where it names no pool."""
    server = site.settings.models[key].server
    if not isinstance(server, ServerPod):
        return []
    if server.pool is not None:
        return [cluster.nodes.gpus[server.pool]]
    return list(cluster.nodes.gpu_software) if server.devices else []
