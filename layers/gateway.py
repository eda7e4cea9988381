"""How models are offered: 3scale, an API per model, the portal, and this stack's own developers."""

from collections.abc import Mapping, Sequence

import pulumi

from components.config.storage import SHARED_CLASS, MinioStore, minio_address
from components.consumers import Consumers, ConsumersArgs
from components.model_api import ModelApi, ModelApiArgs
from components.model_route import ModelRoute, ModelRouteArgs
from components.monitoring import Monitoring, MonitoringArgs
from components.site import Offer, PortalLogin, Site
from components.threescale_install import ThreeScaleInstall, ThreeScaleInstallArgs
from components.threescale_tenant import ThreeScaleTenant, ThreeScaleTenantArgs
from layers.cluster import Cluster
from layers.serving import Serving
from layers.weights import Weights


def place(site: Site, cluster: Cluster, serving: Serving, login: PortalLogin | None) -> Mapping[str, Offer]:
    """Place the layer; returns what each model is offered as."""
    files = _files(site, cluster, serving.weights)
    installed = ThreeScaleInstall(
        "threescale", ThreeScaleInstallArgs(site=site, operator=cluster.operators["threescale"], files=files)
    )
    gate, manager = installed.ready, installed.api_manager
    site.watch("threescale", *installed.gates)
    offers = {
        key: ModelApi(
            key,
            ModelApiArgs(site=site, key=key, ready=gate, installation=manager, server_key=serving.keys.get(key)),
        ).offer
        for key in site.settings.models
    }
    for key, offer in offers.items():
        ModelRoute(key, ModelRouteArgs(site=site, key=key, product=offer.product))
    keys, products = cluster.namespaces.consumers, [offer.product for offer in offers.values()]
    base = ThreeScaleTenantArgs(
        site=site, namespace=keys, login=login, products=products, ready=gate, installation=manager
    )
    begun = ThreeScaleTenant("tenant", base).prepared
    Consumers("consumers", ConsumersArgs(site=site, namespace=keys, offers=offers, after=[begun], installation=manager))
    _watch(site, cluster)
    return offers


def _files(site: Site, cluster: Cluster, weights: Weights) -> Sequence[pulumi.Resource]:
    """Gates of what this stack makes for the portal's files; none where somebody else's storage keeps them."""
    files, store = site.settings.threescale.file_storage, site.settings.model_store
    if files.pvc is not None:
        return cluster.storage if files.pvc.storage_class_name == SHARED_CLASS else ()
    own = minio_address(site.settings.namespaces.object_store) if isinstance(store, MinioStore) else None
    return weights.store if files.s3 is not None and files.s3.endpoint == own else ()


def _watch(site: Site, cluster: Cluster) -> None:
    """Place what watches models and gateways, where the stack file asks for it."""
    monitoring = site.settings.monitoring
    if monitoring is not None and monitoring.enabled:
        spaces = [cluster.operators["threescale"], cluster.namespaces.models]
        Monitoring("monitoring", MonitoringArgs(site=site, monitoring=monitoring, after=spaces))
