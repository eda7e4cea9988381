"""The operations of an OpenAI-compatible model server, and which of them a model exposes."""

from dataclasses import dataclass

from components.config.catalog import Model
from components.config.compat import Compat


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
)
"""Operations in the order of their rules; append only, the order is their position.

Paths: vLLM's OpenAI-compatible server (vllm, docs/serving/openai_compatible_server.md, vllm/entrypoints/openai).
"""

_DEFAULTS: dict[str, frozenset[str]] = {
    "chat": frozenset({"chat-completions", "completions", "models", "health", "version"}),
    "embedding": frozenset({"embeddings", "models", "health", "version"}),
}
"""What a client needs; nothing that shows other consumers' traffic."""

_OPERATIONAL = frozenset({"tokenize", "detokenize", "metrics"})
"""What `compat.exposeOperational` adds."""


def exposed(model: Model, compat: Compat) -> tuple[Operation, ...]:
    """The operations of a model that pass the gateway, in the order of their rules."""
    names = _DEFAULTS[model.kind] if model.expose is None else frozenset(model.expose)
    if compat.expose_operational:
        names |= _OPERATIONAL
    return tuple(operation for operation in OPERATIONS if operation.system_name in names)
