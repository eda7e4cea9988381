"""The operations of the model servers, and which of them a model exposes."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.config.catalog import Kind, Model
from components.config.compat import Compat
from components.config.engines import Docling, Image, Safety, TextEmbeddings
from components.config.server_pod import ServerPod
from components.config.serving import Server


@dataclass(frozen=True)
class Operation:
    """One operation: what a client calls and how it is counted."""

    system_name: str
    """Name of the method in 3scale; permanent."""
    verb: str
    """HTTP method."""
    pattern: str
    """Path; the gateway takes it as a prefix."""
    friendly_name: str
    """Name in the portal and in the traffic chart."""


OPERATIONS: tuple[Operation, ...] = (
    Operation("chat-completions", "POST", "/v1/chat/completions", "Chat Completions"),
    Operation("completions", "POST", "/v1/completions", "Completions"),
    Operation("embeddings", "POST", "/v1/embeddings", "Embeddings"),
    Operation("models", "GET", "/v1/models", "Models"),
    Operation("health", "GET", "/health", "Health"),
    Operation("version", "GET", "/version", "Version"),
    Operation("tokenize", "POST", "/tokenize", "Tokenize"),
    Operation("detokenize", "POST", "/detokenize", "Detokenize"),
    Operation("metrics", "GET", "/metrics", "Metrics"),
    # Without `$` this one would let the other two pass, whose names begin alike.
    Operation("embed", "POST", "/embed$", "Embed"),
    Operation("embed-all", "POST", "/embed_all", "Embed all"),
    Operation("embed-sparse", "POST", "/embed_sparse", "Embed sparse"),
    Operation("similarity", "POST", "/similarity", "Similarity"),
    Operation("decode", "POST", "/decode", "Decode"),
    Operation("predict", "POST", "/predict", "Predict"),
    Operation("rerank", "POST", "/rerank", "Rerank"),
    Operation("info", "GET", "/info", "Info"),
    Operation("process-url", "POST", "/process_url", "Process URL"),
    Operation("process-file", "POST", "/process_file", "Process file"),
    Operation("convert-source", "POST", "/v1/convert/source", "Convert source"),
    Operation("convert-file", "POST", "/v1/convert/file", "Convert file"),
    Operation("generate", "POST", "/generate", "Generate"),
    Operation("progress", "GET", "/progress/{job}", "Progress"),
    Operation("images", "POST", "/v1/images/generations", "Images"),
    Operation("judge", "POST", "/v1/models/{name}:predict", "Judge"),
)
"""Operations in the order of their rules; append only, the order is their position.

Paths: vLLM's OpenAI-compatible server (vllm, docs/serving/openai_compatible_server.md, vllm/entrypoints/openai); Text
Embeddings Inference (docs/openapi.json); Docling (rh-aiservices-bu/models-aas, api_definitions/docling.json, and
docling-serve, docs/usage.md); image generation (rh-aiservices-bu/image-generation-on-openshift, sdxl-studio/runtime);
KServe's V1 protocol (kserve, docs/predict-api/v1).
"""

_VLLM = frozenset(
    {"chat-completions", "completions", "embeddings", "models", "health", "version", "tokenize", "detokenize"}
)
_TEI = frozenset(
    {"embed", "embed-all", "embed-sparse", "similarity", "decode", "predict", "rerank", "info", "embeddings"}
) | {"tokenize", "health"}
_DOCLING = {
    "process": frozenset({"process-url", "process-file", "health"}),
    "convert": frozenset({"convert-source", "convert-file", "health", "version"}),
}
_IMAGE = {"generate": frozenset({"generate", "progress", "health"}), "openai": frozenset({"images", "health"})}
_SAFETY = frozenset({"judge", "models"})

_NAMELESS = (
    _DOCLING["process"]
    | _DOCLING["convert"]
    | frozenset({"embed", "embed-all", "embed-sparse", "similarity", "decode", "predict", "generate", "judge"})
)
"""Operations in whose requests no model can be named, whoever runs the server."""

_NAMELESS_OF_TEI = _NAMELESS | {"rerank", "tokenize"}
"""The same of Text Embeddings Inference; vLLM's operations of these names have `model`."""

_DEFAULTS: Mapping[Kind, frozenset[str]] = {
    "chat": frozenset({"chat-completions", "completions", "models", "health", "version"}),
    "embedding": frozenset({"embeddings", "models", "health", "version"}),
    "docling": _DOCLING["process"],
    "image": _IMAGE["generate"],
    "safety": frozenset({"chat-completions", "models", "health", "version"}),
}
"""What a client needs; nothing that shows other consumers' traffic."""

_OPERATIONAL = frozenset({"tokenize", "detokenize", "metrics"})
"""What `compat.exposeOperational` adds where the server has it."""


def offered(model: Model) -> frozenset[str] | None:
    """Operations that the model's server has, or nothing when somebody else runs it."""
    if model.server is None:
        return None
    own = _of_engine(model.server)
    measured = not isinstance(model.server, ServerPod) or model.server.measured_at == "/metrics"
    return own | {"metrics"} if measured else own


def defaults(model: Model) -> frozenset[str]:
    """Operations that pass the gateway when the stack file names none."""
    server = model.server
    if isinstance(server, TextEmbeddings):
        return frozenset({"embed", "embeddings", "health"})
    if isinstance(server, Docling | Image | Safety):
        return _of_engine(server)
    return _DEFAULTS[model.kind]


def exposed(model: Model, compat: Compat) -> tuple[Operation, ...]:
    """The operations of a model that pass the gateway, in the order of their rules."""
    names = defaults(model) if model.expose is None else frozenset(model.expose)
    if compat.expose_operational:
        had = offered(model)
        names |= _OPERATIONAL if had is None else _OPERATIONAL & had
    return tuple(operation for operation in OPERATIONS if operation.system_name in names)


def nameless_operations(model: Model, compat: Compat) -> tuple[str, ...]:
    """Those of a model's computed operations whose bodies cannot name the model; none of an API's own rules."""
    if model.api.methods is not None or model.api.rules is not None:
        return ()
    nameless = _NAMELESS_OF_TEI if isinstance(model.server, TextEmbeddings) else _NAMELESS
    posted = (one.system_name for one in exposed(model, compat) if one.verb == "POST")
    return tuple(name for name in posted if name in nameless)


def _of_engine(server: Server) -> frozenset[str]:
    match server:
        case TextEmbeddings():
            return _TEI
        case Docling():
            return _DOCLING[server.api]
        case Image():
            return _IMAGE[server.api]
        case Safety():
            return _SAFETY
        case _:
            return _VLLM
