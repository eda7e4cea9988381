"""From the stack file to the servers this stack runs; pure."""

from components.config import Settings
from components.model_server.manifests import ServedModel


def served_model(settings: Settings, key: str) -> ServedModel | None:
    """What the server of model `key` is made from, or nothing when somebody else runs it."""
    model = settings.models[key]
    if model.server is None or model.source.oci is None or model.max_model_len is None:
        return None
    openshift_ai = settings.prereqs.openshift_ai
    return ServedModel(
        name=key,
        namespace=settings.namespaces.models,
        display_name=settings.display_name(key),
        served_model_name=settings.served_model_name(key),
        max_model_len=model.max_model_len,
        weights=model.source.oci,
        server=model.server,
        release=openshift_ai.release if openshift_ai is not None else None,
        start_seconds=settings.waits.model_ready_seconds,
    )
