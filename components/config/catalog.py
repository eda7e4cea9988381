"""The catalogue: models that are offered, and the plans under which developers use them."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from components.config.section import DnsLabel, HttpUrl, PinnedImage, Quantity, Section, Title, rule

SystemName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*[A-Za-z0-9]$", max_length=60)]
"""A product's permanent name. porta also takes `/` and a leading `_` (app/lib/system_name.rb); no host name can."""

ServedName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9/][A-Za-z0-9._/:-]*$", max_length=255)]
"""The name by which requests ask for a model."""

Operation = Literal[
    "chat-completions", "completions", "embeddings", "models", "health", "version", "tokenize", "detokenize"
]
"""An operation of the OpenAI-compatible API, by our canonical name."""

LimitKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]* per (minute|hour|day|week|month|year|eternity)$", max_length=100)
]
"""A limit's metric and period, such as `hits per day`."""


class Source(Section):
    """Where a model comes from: exactly one of the keys."""

    oci: PinnedImage | None = Field(
        default=None, description="An image that holds the weights below `/models` (a modelcar), pinned by digest."
    )
    external: HttpUrl | None = Field(
        default=None,
        description="Base URL of a server that somebody else runs; this stack then declares its API alone.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.oci is None) == (self.external is None):
            both = self.oci is not None
            raise rule(
                given=f"{'both oci and external were' if both else 'neither oci nor external was'} given",
                allowed="exactly one of the keys oci and external",
                remedy="remove {path}.oci or {path}.external" if both else "add {path}.oci or {path}.external",
            )
        return self


class Amounts(Section):
    """Processor time and memory."""

    cpu: Quantity = Field(description="Processor cores, for example `2` or `500m`.")
    memory: Quantity = Field(description="Memory, for example `8Gi`.")


class Resources(Section):
    """What a model server's pod asks for and may use."""

    requests: Amounts = Field(description="What the scheduler sets aside for the pod.")
    limits: Amounts = Field(description="What the pod may use at most.")


class Server(Section):
    """The model server this stack runs: vLLM on processors."""

    engine: Literal["vllm-cpu"] = Field(description="Which server answers: `vllm-cpu`, vLLM without an accelerator.")
    image: PinnedImage = Field(description="Image of the server, pinned by digest.")
    resources: Resources = Field(description="Processor time and memory of the pod.")
    kv_cache_gib: Annotated[int, Field(gt=0, le=1024)] = Field(
        alias="kvCacheGiB",
        description="Memory for the key-value cache, in GiB. Weights, this cache and about "
        "2 GiB must fit the memory limit.",
    )
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = Field(
        default="auto", description="Number format of the weights. When left out, the checkpoint's own."
    )
    replicas: Annotated[int, Field(ge=1, le=100)] = Field(default=1, description="Number of equal servers.")
    extra_args: tuple[Annotated[str, StringConstraints(pattern=r"^--[a-z][a-z0-9-]*(=.*)?$")], ...] = Field(
        default=(),
        description="Further arguments of vLLM, as `--name=value`, added last. Arguments with a key of their own in "
        "this file are refused.",
    )

    @field_validator("extra_args", mode="after")
    @classmethod
    def _typed_arguments_once(cls, arguments: tuple[str, ...]) -> tuple[str, ...]:
        typed = ("--port", "--model", "--served-model-name", "--max-model-len", "--dtype")
        given = {argument.split("=", 1)[0] for argument in arguments}
        if clash := ", ".join(name for name in typed if name in given):
            raise rule(
                given=f"{clash} was given",
                allowed=f"any argument but {', '.join(typed)}, which other keys of this file set",
                remedy=f"remove {clash} from {{path}}",
            )
        return arguments


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
    system_name: SystemName | None = Field(
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


class Plan(Section):
    """Terms under which an application uses a model; every model that names the plan gets its own copy."""

    display_name: Title = Field(description="Title in the portal.")
    published: bool = Field(default=True, description="Whether developers see the plan.")
    approval_required: bool = Field(default=False, description="Whether an administrator must accept each application.")
    limits: dict[LimitKey, Annotated[int, Field(ge=0)]] = Field(
        default={},
        description="Limits by `<metric> per <period>`: `hits`, a token metric (`prompt_tokens`, `completion_tokens`, "
        "`total_tokens`) or an exposed operation, per minute, hour, day, week, month, year or eternity. The value is "
        "the number permitted in one period; 0 forbids the metric. Tokens are counted when an answer is complete, so "
        "a token limit lets the call pass that crosses it.",
    )
