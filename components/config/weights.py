"""What a model's own files say about it, so that a plan can tell whether it fits."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from components.config.section import Section, rule

GIB = 1024**3
"""Bytes of one GiB."""

FLOAT_BYTES = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0}
"""Bytes of a number by its format."""

_COMPRESSED_BYTES = {"fp8": 1.01, "int8": 1.01, "int4": 0.52, "mxfp4": 0.53, "nvfp4": 0.56}
"""Bytes per parameter, the scales included: groups of 128 for int4, of 32 for mxfp4 and of 16 for nvfp4 (OCP
Microscaling Formats 1.0; vllm, docs/features/quantization)."""


class Weights(Section):
    """A model's size and shape: its `config.json`, where the names stand in brackets."""

    parameters: Annotated[float, Field(gt=0, le=10_000)] = Field(
        description="Number of parameters in billions, such as 8.05."
    )
    size_gib: Annotated[float, Field(gt=0, le=20_000)] | None = Field(
        default=None,
        alias="sizeGiB",
        description="Size of the weights in GiB, where it is known better: `total_size` of "
        "`model.safetensors.index.json`. When left out, computed from the parameters.",
    )
    dtype: Literal["float32", "bfloat16", "float16"] = Field(
        default="bfloat16", description="Number format of the checkpoint (`torch_dtype`)."
    )
    quantization: Literal["fp8", "int8", "int4", "mxfp4", "nvfp4"] | None = Field(
        default=None,
        description="How the checkpoint is compressed (`quantization_config`); AWQ, GPTQ and w4a16 are `int4`. When "
        "left out, it is not.",
    )
    layers: Annotated[int, Field(ge=1, le=10_000)] = Field(description="Layers (`num_hidden_layers`).")
    attention_heads: Annotated[int, Field(ge=1, le=10_000)] = Field(
        description="Heads of attention (`num_attention_heads`)."
    )
    kv_heads: Annotated[int, Field(ge=0, le=10_000)] | None = Field(
        default=None,
        description="Heads whose keys and values are kept (`num_key_value_heads`); 0 for an encoder, which keeps none. "
        "When left out, all of them.",
    )
    head_size: Annotated[int, Field(ge=1, le=10_000)] = Field(
        description="Size of a head (`head_dim`, or `hidden_size` divided by `num_attention_heads`)."
    )
    max_position_embeddings: Annotated[int, Field(gt=0, le=100_000_000)] | None = Field(
        default=None, description="Longest context the model was made for, in tokens (`max_position_embeddings`)."
    )
    latent_size: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None,
        description="With multi-head latent attention, the numbers that a layer keeps of one token "
        "(`kv_lora_rank` plus `qk_rope_head_dim`), in place of keys and values.",
    )
    sliding_layers: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=0, description="Layers that look back over a window only (`layer_types`, `sliding_attention`)."
    )
    sliding_window: Annotated[int, Field(gt=0, le=10_000_000)] | None = Field(
        default=None, description="Tokens of that window (`sliding_window`)."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kv_heads and self.attention_heads % self.kv_heads:
            raise rule(
                given=f"kvHeads {self.kv_heads} and attentionHeads {self.attention_heads} were given",
                allowed="kvHeads that divide attentionHeads; several heads share one key and value",
                remedy="correct {path}.kvHeads or {path}.attentionHeads from the model's config.json",
            )
        if (self.sliding_layers > 0) != (self.sliding_window is not None) or self.sliding_layers > self.layers:
            raise rule(
                given=f"slidingLayers {self.sliding_layers} of {self.layers} layers and slidingWindow "
                f"{self.sliding_window or 'nothing'} were given",
                allowed="both together, and no more such layers than layers",
                remedy="correct {path}.slidingLayers and {path}.slidingWindow from the model's config.json",
            )
        return self

    def gib(self, number_bytes: float, *, compressed_at_start: bool = False) -> float:
        """Size of the weights in GiB, once the server holds them.

        Args:
            number_bytes: Bytes of a number in the server's own format, for a checkpoint that is not compressed.
            compressed_at_start: Whether the server makes fp8 of such a checkpoint while it loads it.
        """
        billion = 1e9 / GIB
        if self.quantization is not None:
            return self.size_gib or self.parameters * billion * _COMPRESSED_BYTES[self.quantization]
        if compressed_at_start:
            return self.parameters * billion * _COMPRESSED_BYTES["fp8"]
        if self.size_gib is not None:
            return self.size_gib * number_bytes / FLOAT_BYTES[self.dtype]
        return self.parameters * billion * number_bytes

    def cached_numbers(self, tokens: float) -> float:
        """How many numbers the cache holds for one request of `tokens` tokens, on all GPUs together."""
        per_layer = self.latent_size or 2 * self.shared_heads * self.head_size
        windowed = min(tokens, self.sliding_window or tokens)
        return per_layer * ((self.layers - self.sliding_layers) * tokens + self.sliding_layers * windowed)

    @property
    def shared_heads(self) -> int:
        """Heads whose keys and values are kept."""
        return self.attention_heads if self.kv_heads is None else self.kv_heads
