"""The catalogue: models that are offered, and how each of them appears in 3scale."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.exact_api import ExactApi
from components.config.model_source import Source
from components.config.naming import ProductName
from components.config.offering import BackendNames, Docs, Subscription
from components.config.section import DnsLabel, Section, Title, rule
from components.config.serving import Server
from components.config.threescale import Promotion
from components.config.weights import Weights

ServedName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/][A-Za-z0-9._/:-]*$", max_length=255)]
"""The name by which requests ask for a model."""

Operation = Literal[
    "chat-completions",
    "completions",
    "embeddings",
    "models",
    "health",
    "version",
    "tokenize",
    "detokenize",
    "embed",
    "embed-all",
    "embed-sparse",
    "similarity",
    "decode",
    "predict",
    "rerank",
    "info",
    "process-url",
    "process-file",
    "convert-source",
    "convert-file",
    "generate",
    "progress",
    "images",
    "judge",
]
"""An operation of a model server, by our canonical name."""

Kind = Literal["chat", "embedding", "docling", "image", "safety"]
"""What a model does."""

ENGINES: Mapping[Kind, tuple[str, ...]] = {
    "chat": ("vllm", "vllm-cpu"),
    "embedding": ("vllm", "vllm-cpu", "tei"),
    "docling": ("docling",),
    "image": ("image",),
    "safety": ("vllm", "vllm-cpu", "safety"),
}
"""Engines that serve a kind; a guardian model that answers in words is a chat model to vLLM."""

_COUNTS_CONTEXT = ("vllm", "vllm-cpu")
"""Engines that are told the longest context."""


class Model(Section):
    """One model of the catalogue; its key is its identity everywhere."""

    kind: Kind = Field(default="chat", description="What the model does; it decides which operations are exposed.")
    description: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="A sentence from the model card, shown to developers."
    )
    display_name: Title | None = Field(
        default=None, description="Title in the portal. When left out, the catalogue key."
    )
    system_name: ProductName | None = Field(
        default=None,
        description="Permanent name of the product and backend in 3scale; its hosts are computed from it. When left "
        "out, the catalogue key. A change replaces them.",
    )
    served_model_name: ServedName | None = Field(
        default=None, description="Name by which requests ask for the model. When left out, the catalogue key."
    )
    source: Source = Field(description="Where the model comes from.")
    server: Server | None = Field(
        default=None,
        description="The server this stack runs. Refused with `source.external`, required with every other source.",
    )
    max_model_len: Annotated[int, Field(gt=0, le=10_000_000)] | None = Field(
        default=None,
        description="Longest context in tokens, prompt and answer together. Required when this stack runs vLLM; "
        "elsewhere it is information for developers.",
    )
    weights: Weights | None = Field(
        default=None,
        description="Size and shape of the model, from its `config.json`. With it a preview refuses a model that does "
        "not fit, and the outputs tell what is left.",
    )
    tokens_per_second: Annotated[float, Field(gt=0, le=10_000_000)] | None = Field(
        default=None,
        description="Tokens of prompts and answers together that one replica makes in a second, as measured; only for "
        "the outputs on cost.",
    )
    expose: tuple[Operation, ...] | None = Field(
        default=None,
        description="Operations that pass the gateway. When left out: chat-completions, completions, models, health "
        "and version for `chat`; embeddings, models, health and version for `embedding`; what the engine is for and "
        "health for the others. Operations that the server does not have are refused.",
    )
    plans: Annotated[tuple[DnsLabel, ...], Field(min_length=1)] = Field(
        description="Plans under which developers use the model, by their keys in `plans`."
    )
    docs: Docs = Field(default=Docs(), description="The model's API as a page of the developer portal.")
    subscription: Subscription = Field(
        default=Subscription(), description="Under which terms an account subscribes to the model."
    )
    promotion: Promotion | None = Field(
        default=None,
        description="How far a change of this model's API is promoted. When left out, as the stack's `promotion` says.",
    )
    api: ExactApi = Field(
        default=ExactApi(),
        description="Parts of the API word by word, in place of what is computed; for other servers and for adoption.",
    )
    backend: BackendNames = Field(
        default=BackendNames(), description="Names of the backend, where they differ from the product's."
    )
    adopt: bool = Field(
        default=False,
        description="Takes over entities of 3scale that already have this model's names. When false, a taken name is "
        "an error.",
    )

    @model_validator(mode="after")
    def _server_fits_source(self) -> Self:
        wanted: dict[str, object] = {"server": self.server}
        if self.server is None or self.server.engine in _COUNTS_CONTEXT:
            wanted["maxModelLen"] = self.max_model_len
        missing = [name for name, value in wanted.items() if value is None]
        if self.source.external is None and missing:
            raise rule(
                given=f"source.{self.source.kind} was given without {' and '.join(missing)}",
                allowed=f"source.{self.source.kind} together with the keys server and maxModelLen, or source.external",
                remedy=f"add {' and '.join(f'{{path}}.{name}' for name in missing)}",
            )
        if self.source.external is not None and self.server is not None:
            raise rule(
                given="server was given together with source.external",
                allowed="the key server with any other source; somebody else runs an external server",
                remedy="remove {path}.server",
            )
        return self

    @model_validator(mode="after")
    def _engine_fits_kind(self) -> Self:
        if self.server is not None and self.server.engine not in ENGINES[self.kind]:
            fitting = [kind for kind, engines in ENGINES.items() if self.server.engine in engines]
            raise rule(
                given=f"kind {self.kind} was given with server.engine {self.server.engine}",
                allowed=f"the engines {', '.join(ENGINES[self.kind])} for this kind; {self.server.engine} serves "
                f"{', '.join(fitting)}",
                remedy="correct {path}.kind or {path}.server.engine",
            )
        return self

    @model_validator(mode="after")
    def _context_of_the_model(self) -> Self:
        longest = self.weights.max_position_embeddings if self.weights is not None else None
        if longest is not None and self.max_model_len is not None and self.max_model_len > longest:
            raise rule(
                given=f"maxModelLen {self.max_model_len} was given, while weights.maxPositionEmbeddings is {longest}",
                allowed=f"at most {longest} tokens, the longest context this model was made for",
                remedy="correct {path}.maxModelLen, or {path}.weights.maxPositionEmbeddings where the context is "
                "stretched by extraArgs",
            )
        return self
