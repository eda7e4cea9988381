"""What OpenShift AI, model servers and their weights need."""

from collections.abc import Iterator

from components.config import Settings
from components.config.serving_needs import keyed, monitored, scaled
from components.config.storage import MinioStore, ObcStore
from components.preflight.needs import kinds
from components.preflight.needs.need import Need, explained, managed

_OF_A_SERVER = (
    kinds.CLAIMS,
    kinds.CONFIG_MAPS,
    kinds.DEPLOYMENTS,
    kinds.JOBS,
    kinds.NETWORK_POLICIES,
    kinds.SECRETS,
    kinds.SERVICES,
)
"""Kinds of the objects of a MinIO server."""


def serving(settings: Settings) -> Iterator[Need]:
    """Every need of the layer."""
    if (release := settings.prereqs.openshift_ai) is not None:
        version = "v1" if release.first_generation else "v2"
        yield managed(kinds.initializations(version))
        yield managed(kinds.data_science_clusters(version))
        if settings.compat.serverless:
            # Made by OpenShift AI itself, by kinds that both operators bring.
            yield Need(kinds.KNATIVE_SERVINGS, ())
            yield Need(kinds.MESH_CONTROL_PLANES, ())
    if any(model.server is not None for model in settings.models.values()):
        yield from _servers(settings)
    yield from _bucket(settings)
    if any(model.source.huggingface is not None for model in settings.models.values()):
        for kind in (kinds.CONFIG_MAPS, kinds.JOBS, kinds.SECRETS):
            yield managed(kind, settings.namespaces.models)
        yield from explained(settings.namespaces.models)


def _servers(settings: Settings) -> Iterator[Need]:
    models = settings.namespaces.models
    for kind in (kinds.SERVING_RUNTIMES, kinds.INFERENCE_SERVICES, kinds.NETWORK_POLICIES):
        yield managed(kind, models)
    yield from explained(models)
    if not settings.compat.serverless:
        # A model is ready when its newest pods are, and its own status does not tell which ones it means.
        yield Need(kinds.DEPLOYMENTS, ("get",), models)
    # Is any node large enough?
    yield Need(kinds.NODES, ("list",))
    if any(monitored(model.server) for model in settings.models.values()):
        yield managed(kinds.SERVICE_MONITORS, models)
    if keyed(settings) or scaled(settings):
        yield managed(kinds.SECRETS, models)
    if scaled(settings):
        yield from _scaling(models)


def _scaling(models: str) -> Iterator[Need]:
    for kind in (
        kinds.ROLES,
        kinds.ROLE_BINDINGS,
        kinds.SCALED_OBJECTS,
        kinds.SERVICE_ACCOUNTS,
        kinds.TRIGGER_AUTHENTICATIONS,
    ):
        yield managed(kind, models)
    # Nobody may give away a right that they do not have (Kubernetes, RBAC, privilege escalation).
    yield Need(kinds.PODS, ("get",), models)
    yield Need(kinds.POD_METRICS, ("get", "list", "watch"), models)


def _bucket(settings: Settings) -> Iterator[Need]:
    models, store = settings.namespaces.models, settings.model_store
    if store is not None:
        yield managed(kinds.SECRETS, models)
    if isinstance(store, ObcStore):
        yield managed(kinds.BUCKET_CLAIMS, models)
        # Its key and its address are made by the operator and read.
        yield Need(kinds.SECRETS, ("get",), models)
        yield Need(kinds.CONFIG_MAPS, ("get",), models)
        yield from explained(models)
    if isinstance(store, MinioStore):
        for kind in _OF_A_SERVER:
            yield managed(kind, settings.namespaces.object_store)
        yield from explained(settings.namespaces.object_store)
