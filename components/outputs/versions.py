"""What the stack tells of its versions: everything it pins, for security and audit."""

from collections.abc import Mapping
from typing import Any

from components.config import Settings
from components.config.identity import Rhbk, Rhsso
from components.config.model_source import MAIN, Source
from components.config.operators import OperatorChannel
from components.config.storage import MinioStore


def versions(settings: Settings) -> dict[str, Any]:
    """Operators by their ClusterServiceVersion, images by digest, weights by digest or revision.

    What others run (external models, databases, an external identity server) is missing: this stack does not know it.
    """
    models = settings.models
    servers = {key: model.server.image for key, model in models.items() if model.server is not None}
    weights = {key: _weights(model.source) for key, model in models.items() if model.source.external is None}
    return {
        "operators": {name: channel.starting_csv for name, channel in _operators(settings).items()},
        "servers": servers,
        "weights": weights,
        "images": _images(settings),
        "gateway_policy": settings.threescale.gateway_policy.version,
    }


def _operators(settings: Settings) -> Mapping[str, OperatorChannel]:
    """Every operator that this stack installs, by our name for it."""
    found: dict[str, OperatorChannel | None] = {
        "odf": settings.storage.odf,
        "nfd": settings.prereqs.nfd,
        "gpu-operator": settings.prereqs.gpu_operator,
        "service-mesh": settings.prereqs.service_mesh,
        "serverless": settings.prereqs.serverless,
        "openshift-ai": settings.prereqs.openshift_ai,
        "keycloak": settings.identity if isinstance(settings.identity, Rhbk | Rhsso) else None,
        "threescale": settings.threescale,
    }
    return {name: channel for name, channel in found.items() if channel is not None}


def _weights(source: Source) -> str | None:
    if source.huggingface is not None:
        return f"{source.huggingface.repo}@{source.huggingface.revision or MAIN}"
    # A folder says nothing about what is in it, and is all there is to tell.
    return source.oci or source.bucket_prefix


def _images(settings: Settings) -> dict[str, str]:
    found = {"model-import": settings.model_import.image}
    if isinstance(settings.model_store, MinioStore):
        found["minio"] = settings.model_store.image
    return {name: image for name, image in found.items() if image is not None}
