"""Where a model comes from, and the server that this stack runs for it."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from components.config.section import HttpUrl, PinnedImage, Quantity, Section, rule


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
