"""What model servers need besides their own objects."""

from collections.abc import Iterator, Mapping

from components.config.gpu import Pool
from components.config.server_pod import ServerPod
from components.config.serving import Server
from components.config.settings import Settings
from components.config.vllm import Vllm


def pods(settings: Settings) -> Mapping[str, ServerPod]:
    """The servers of this stack that may have an accelerator, by their model's key."""
    return {key: model.server for key, model in settings.models.items() if isinstance(model.server, ServerPod)}


def placed(settings: Settings) -> Iterator[tuple[str, ServerPod, Pool]]:
    """Each model on a declared pool: its key, its server, the pool."""
    for key, server in pods(settings).items():
        if server.pool in settings.gpu.pools:
            yield key, server, settings.gpu.pool(server.pool)


def monitored(server: Server | None) -> bool:
    """Whether this stack places a monitor for the server's metrics.

    OpenShift AI makes one itself for each predictor of vLLM (odh-model-controller,
    internal/controller/serving/reconcilers).
    """
    if not isinstance(server, ServerPod) or server.measured_at is None:
        return False
    return not isinstance(server, Vllm) if server.monitoring is None else server.monitoring


def keyed(settings: Settings) -> bool:
    """Whether a server asks for a key."""
    return any(one.require_api_key for one in _on_gpus(settings))


def scaled(settings: Settings) -> bool:
    """Whether the number of a server's replicas follows its load."""
    return any(one.autoscale is not None for one in _on_gpus(settings))


def _on_gpus(settings: Settings) -> list[Vllm]:
    return [model.server for model in settings.models.values() if isinstance(model.server, Vllm)]
