"""The catalogue: models that are offered, and how each of them appears in 3scale."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.exact_api import ExactApi
from components.config.naming import ProductName
from components.config.offering import BackendNames, Docs, Subscription
from components.config.section import DnsLabel, Section, Title, rule
from components.config.serving import Server, Source
from components.config.threescale import Promotion

ServedName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/][A-Za-z0-9._/:-]*$", max_length=255)]
"""The name by which requests ask for a model."""

Operation = Literal[
    "chat-completions", "completions", "embeddings", "models", "health", "version", "tokenize", "detokenize"
]
"""An operation of the OpenAI-compatible API, by our canonical name."""


class Model(Section):
    """One model of the catalogue; its key is its identity everywhere."""

    kind: Literal["chat", "embedding"] = Field(
        default="chat", description="What the model does; it decides which operations are exposed."
    )
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
        description="The server this stack runs. Required with `source.oci`, refused with `source.external`.",
    )
    max_model_len: Annotated[int, Field(gt=0, le=10_000_000)] | None = Field(
        default=None,
        description="Longest context in tokens, prompt and answer together. Required when this stack runs the server; "
        "with an external one it is information for developers.",
    )
    expose: tuple[Operation, ...] | None = Field(
        default=None,
        description="Operations that pass the gateway. When left out: chat-completions, completions, models, health "
        "and version for `chat`; embeddings, models, health and version for `embedding`.",
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
        wanted = {"server": self.server, "maxModelLen": self.max_model_len}
        missing = [name for name, value in wanted.items() if value is None]
        if self.source.oci is not None and missing:
            raise rule(
                given=f"source.oci was given without {' and '.join(missing)}",
                allowed="source.oci together with the keys server and maxModelLen, or source.external",
                remedy=f"add {' and '.join(f'{{path}}.{name}' for name in missing)}",
            )
        if self.source.external is not None and self.server is not None:
            raise rule(
                given="server was given together with source.external",
                allowed="the key server with source.oci only; somebody else runs an external server",
                remedy="remove {path}.server",
            )
        return self
