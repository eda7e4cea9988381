"""From the stack file to the servers this stack runs; pure."""

from components.config import Settings
from components.config.number_formats import calculates_with
from components.config.server_pod import ServerPod
from components.config.serving import Server
from components.config.serving_waits import longest_start, longest_wait
from components.config.vllm import Vllm
from components.model_server.manifests import ServedModel
from components.model_server.placement import Placement, placement


def served_model(settings: Settings, key: str) -> ServedModel | None:
    """What the server of model `key` is made from, or nothing when somebody else runs it."""
    model = settings.models[key]
    if model.server is None:
        return None
    openshift_ai = settings.prereqs.openshift_ai
    return ServedModel(
        name=key,
        namespace=settings.namespaces.models,
        display_name=settings.display_name(key),
        served_model_name=settings.served_model_name(key),
        kind=model.kind,
        max_model_len=model.max_model_len or 0,
        source=model.source,
        server=_told(settings, key, model.server),
        placement=_placement(settings, model.server),
        release=openshift_ai.release if openshift_ai is not None else None,
        serverless=settings.compat.serverless,
        start_seconds=longest_start(settings, key),
        gate_seconds=longest_wait(settings, key),
    )


def _told(settings: Settings, key: str, server: Server) -> Server:
    """The server with what it has to be told about its GPUs."""
    if not isinstance(server, Vllm):
        return server
    return server.model_copy(update={"dtype": calculates_with(settings, key, server)})


def _placement(settings: Settings, server: Server) -> Placement:
    if not isinstance(server, ServerPod):
        return Placement()
    return placement(server, settings.gpu.pool(server.pool) if server.pool is not None else None)
