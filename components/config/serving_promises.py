"""What model servers, their operations and their time limits promise each other."""

from collections.abc import Iterator

from components.config.catalog import Model
from components.config.fit import Fit, longest_cache_gib, on_gpus, on_processors
from components.config.operations import OPERATIONS, offered
from components.config.problems import Problem
from components.config.promise import Names
from components.config.quantities import gib_of
from components.config.serving_needs import pods
from components.config.settings import Settings
from components.config.vllm import Vllm, VllmCpu

API_KEY = "modelApiKey"
"""Secret with the key of the model servers."""

_WITHOUT_KNATIVE = (3, 0)

_NEVER_NAMED = frozenset({"metrics"})
"""What only a switch of `compat` exposes."""


def operations(settings: Settings, _: Names) -> Iterator[Problem]:
    """What is exposed is what the server has."""
    for key, model in settings.models.items():
        had = offered(model)
        for position, name in enumerate(model.expose or ()):
            if had is not None and name not in had:
                known = [one.system_name for one in OPERATIONS if one.system_name in had - _NEVER_NAMED]
                yield Problem(
                    path=f"models.{key}.expose[{position}]",
                    given=f'"{name}" was given, which the engine {_engine(model)} does not have',
                    allowed=f"one of {', '.join(known)}",
                    remedy="remove the operation, or choose another server.engine",
                )


def keys(settings: Settings, names: Names) -> Iterator[Problem]:
    """A server that asks for a key has one."""
    asking = [key for key, one in pods(settings).items() if isinstance(one, Vllm) and one.require_api_key]
    if asking and API_KEY not in names.secrets:
        yield Problem(
            path=f"models.{asking[0]}.server.requireApiKey",
            given=f"true was given, while the secret {API_KEY} is missing or empty",
            allowed=f"true together with the secret {API_KEY}, which all servers that ask for a key share",
            remedy=f"run pulumi config set --secret {API_KEY} with a long random text, or remove requireApiKey",
        )


def serverless(settings: Settings, _: Names) -> Iterator[Problem]:
    """Knative runs servers only where the release still can (opendatahub-operator v3.0.0: no Serverless mode)."""
    release = settings.prereqs.openshift_ai
    if settings.compat.serverless and release is not None and release.release >= _WITHOUT_KNATIVE:
        yield Problem(
            path="compat.serverless",
            given=f"true was given with {release.starting_csv}",
            allowed="true with OpenShift AI 2.x only; release 3.0 dropped that way of serving",
            remedy="remove compat.serverless",
        )
    for key, server in pods(settings).items():
        if settings.compat.serverless and isinstance(server, Vllm) and server.autoscale is not None:
            yield Problem(
                path=f"models.{key}.server.autoscale",
                given="autoscale was given together with compat.serverless",
                allowed="KEDA or Knative; both would change the number of replicas",
                remedy=f"remove models.{key}.server.autoscale or compat.serverless",
            )


def heads(settings: Settings, _: Names) -> Iterator[Problem]:
    """The heads of a model can be spread over its GPUs (vllm, vllm/config/model.py, verify_with_parallel_config)."""
    for key, server in pods(settings).items():
        weights = settings.models[key].weights
        if isinstance(server, Vllm) and weights is not None and weights.attention_heads % server.tensor_parallel:
            yield Problem(
                path=f"models.{key}.server.tensorParallelSize",
                given=f"{server.tensor_parallel} does not divide the {weights.attention_heads} heads of attention",
                allowed=f"a divisor of {weights.attention_heads}",
                remedy=f"correct models.{key}.server.tensorParallelSize, and gpus with it",
            )


def fits(settings: Settings, _: Names) -> Iterator[Problem]:
    """Weights and cache have room where the model runs."""
    for key, found in fit_of_models(settings).items():
        model = settings.models[key]
        if not found.loads:
            yield _not_loaded(settings, key, model, found)
        elif not found.fits:
            yield _too_large(settings, key, model, found)
        elif isinstance(model.server, VllmCpu) and model.weights is not None and model.max_model_len is not None:
            longest = longest_cache_gib(model.weights, model.server, model.max_model_len)
            if longest > model.server.kv_cache_gib:
                yield Problem(
                    path=f"models.{key}.server.kvCacheGiB",
                    given=f"{model.server.kv_cache_gib} GiB was given, while one request of {model.max_model_len} "
                    f"tokens needs {longest:.1f} GiB",
                    allowed="a cache that holds at least one request of full length; vLLM refuses to start otherwise",
                    remedy=f"raise models.{key}.server.kvCacheGiB, or lower models.{key}.maxModelLen",
                )


def fit_of_models(settings: Settings) -> dict[str, Fit]:
    """How each model with declared weights fills what it runs on, by its key; others are missing."""
    found: dict[str, Fit] = {}
    for key, model in settings.models.items():
        server, weights, length = model.server, model.weights, model.max_model_len
        if weights is None or length is None:
            continue
        if isinstance(server, VllmCpu):
            found[key] = on_processors(weights, server, length, gib_of(server.resources.limits.memory))
        elif isinstance(server, Vllm) and server.pool in settings.gpu.pools:
            pool = settings.gpu.pool(server.pool)
            found[key] = on_gpus(weights, server, length, pool.memory_gib, shared=pool.shared)
    return found


def _not_loaded(settings: Settings, key: str, model: Model, found: Fit) -> Problem:
    server = model.server
    pool = settings.gpu.pool(server.pool if isinstance(server, Vllm) and server.pool is not None else "")
    return Problem(
        path=f"models.{key}.server.quantization",
        given=f"fp8 was given for a checkpoint that is not compressed: until it is, its weights take "
        f"{found.loading:.1f} GiB of each GPU {pool.product} of pool {pool.name}",
        allowed=f"at most {found.loading_budget:.1f} GiB; vLLM compresses weights once they are loaded as they are",
        remedy=f"take a checkpoint that is compressed already and say so in models.{key}.weights.quantization, give "
        "more gpus, or choose larger ones",
    )


def _too_large(settings: Settings, key: str, model: Model, found: Fit) -> Problem:
    parts = (
        f"weights {found.weights:.1f} + cache {found.wanted_cache:.1f} for {found.requests} request(s) of "
        f"{model.max_model_len} tokens + {found.overhead:.1f} for the server itself = "
        f"{found.weights + found.wanted_cache + found.overhead:.1f} GiB"
    )
    if isinstance(model.server, Vllm):
        pool = settings.gpu.pool(model.server.pool or "")
        where = f"{found.budget:.1f} GiB of each GPU: {found.memory:.1f} × {model.server.gpu_memory_utilization:g}"
        wanted = f"on each of {model.server.devices} GPU(s) {pool.product} of pool {pool.name}"
        remedy = (
            "lower maxModelLen or server.maxNumSeqs, set server.kvCacheDtype, take a checkpoint that is compressed "
            "already, give more gpus"
        )
    else:
        where, wanted = f"{found.budget:.1f} GiB, the pod's limit of memory", "in the pod"
        remedy = "raise server.resources.limits.memory, or lower server.kvCacheGiB"
    most = found.cached_tokens
    room = f"; {most} tokens have room beside the weights" if most else "; the weights alone leave no room"
    return Problem(
        path=f"models.{key}.server",
        given=f"{parts} {wanted}",
        allowed=f"at most {where}{room}",
        remedy=f"{remedy}, or choose larger ones; correct models.{key}.weights where it is not what config.json says",
    )


def _engine(model: Model) -> str:
    return model.server.engine if model.server is not None else ""
