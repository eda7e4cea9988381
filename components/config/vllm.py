"""VLLM, with and without accelerators."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from components.config.arguments import KEYS, refuse_reserved
from components.config.autoscale import Autoscale
from components.config.section import PinnedImage, Section, rule
from components.config.server_pod import Argument, FilePath, Resources, ServerPod

ParserName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$", max_length=63)]
"""Name of a parser or method that vLLM knows; which ones depends on its release."""

AdapterPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=255)]
"""A folder below the model's weights."""

AdapterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=63)]
"""The name by which requests ask for an adapter."""


class VllmCpu(Section):
    """VLLM on processors."""

    engine: Literal["vllm-cpu"] = Field(description="`vllm-cpu`: vLLM without an accelerator.")
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
    extra_args: tuple[Argument, ...] = Field(
        default=(),
        description="Further arguments of vLLM, as `--name=value`, added last. Refused are arguments with a key of "
        "their own in this file, those that take a key in plain text, and those that change what a preview checked.",
    )

    @field_validator("extra_args", mode="after")
    @classmethod
    def _typed_arguments_once(cls, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return refuse_reserved(arguments, _ON_PROCESSORS)


_ALWAYS_TYPED = ("--port", "--model", "--served-model-name", "--max-model-len", "--dtype")
_ON_PROCESSORS = (*_ALWAYS_TYPED, *KEYS)
_ON_GPUS = (
    *_ON_PROCESSORS,
    # They change how many GPUs there are, or what of their memory is used, behind the check of memory.
    "--cpu-offload-gb",
    "--data-parallel-",
    "--decode-context-parallel-size",
    "--kv-cache-memory-bytes",
    "--num-gpu-blocks-override",
    "--prefill-context-parallel-size",
    "--chat-template",
    "--distributed-executor-backend",
    "--enable-auto-tool-choice",
    "--enable-lora",
    "--enforce-eager",
    "--gpu-memory-utilization",
    "--kv-cache-dtype",
    "--lora-modules",
    "--max-lora-rank",
    "--max-loras",
    "--max-num-batched-tokens",
    "--max-num-seqs",
    "--pipeline-parallel-size",
    "--quantization",
    "--reasoning-parser",
    "--runner",
    "--tensor-parallel-size",
    "--tool-call-parser",
    "--trust-remote-code",
)


class Adapters(Section):
    """LoRA adapters that lie beside the weights."""

    modules: Annotated[dict[AdapterName, AdapterPath], Field(min_length=1)] = Field(
        description="Folder of each adapter, below the model's weights, by the name by which requests ask for it."
    )
    max_rank: Literal[8, 16, 32, 64, 128, 256, 320, 512] = Field(
        default=16, description="Highest rank of the adapters. When left out, vLLM's own."
    )
    max_at_once: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="How many adapters one batch may use; each takes GPU memory."
    )


class Vllm(ServerPod):
    """VLLM on GPUs."""

    engine: Literal["vllm"] = Field(description="`vllm`: vLLM on GPUs.")
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = Field(
        default="auto",
        description="Number format of the weights. When left out, the checkpoint's own; float16 on GPUs that do not "
        "calculate with bfloat16.",
    )
    quantization: ParserName | None = Field(
        default=None,
        description="How weights are compressed, such as `fp8` to do so while they are loaded: until then they need "
        "the memory of 16 bits. When left out, as the checkpoint says.",
    )
    kv_cache_dtype: Literal["auto", "fp8", "fp8_e4m3", "fp8_e5m2"] = Field(
        default="auto",
        alias="kvCacheDtype",
        description="Number format of the key-value cache; with fp8 twice as many tokens fit. When left out, the "
        "weights' own.",
    )
    gpu_memory_utilization: Annotated[float, Field(gt=0, lt=1)] = Field(
        default=0.9, description="Share of each GPU's memory that this server takes, from 0 to 1."
    )
    tensor_parallel_size: Annotated[int, Field(ge=1, le=16)] | None = Field(
        default=None,
        description="Over how many GPUs each layer is spread. When left out, over all that the pipeline leaves.",
    )
    pipeline_parallel_size: Annotated[int, Field(ge=1, le=16)] = Field(
        default=1, description="Into how many parts the layers are divided, one after the other."
    )
    max_num_seqs: Annotated[int, Field(ge=1, le=65_536)] | None = Field(
        default=None,
        description="Requests that are worked on at once. With declared `weights` so many requests of `maxModelLen` "
        "must fit the GPUs' memory. When left out, vLLM's own, of which at least one must fit.",
    )
    max_num_batched_tokens: Annotated[int, Field(ge=1, le=1_048_576)] | None = Field(
        default=None, description="Tokens of one step. When left out, vLLM's own."
    )
    enforce_eager: bool = Field(
        default=False, description="Does without CUDA graphs: slower, and some memory less. For small GPUs."
    )
    chat_template: FilePath | None = Field(
        default=None,
        description="File in the container with the template of conversations, such as "
        "`/mnt/models/chat_template.jinja`. When left out, the model's own.",
    )
    tool_call_parser: ParserName | None = Field(
        default=None,
        description="How calls of tools are read from answers, such as `hermes` or `llama3_json`. When left out, the "
        "model calls no tools by itself.",
    )
    reasoning_parser: ParserName | None = Field(
        default=None,
        description="How thoughts are told from answers, such as `deepseek_r1`. When left out, they are not.",
    )
    lora: Adapters | None = Field(default=None, description="LoRA adapters that are served beside the model.")
    trust_remote_code: bool = Field(
        default=False, description="Runs Python code that lies beside the weights; only for weights you trust."
    )
    require_api_key: bool = Field(
        default=False,
        description="Whether the server itself asks for the key in the secret `modelApiKey`, besides the network "
        "policy. The gateway then sends it.",
    )
    autoscale: Autoscale | None = Field(
        default=None, description="Replicas that follow the load, in place of `replicas`."
    )
    extra_args: tuple[Argument, ...] = Field(
        default=(),
        description="Further arguments of vLLM, as `--name=value`, added last. Refused are arguments with a key of "
        "their own in this file, those that take a key in plain text, and those that change what a preview checked.",
    )

    @field_validator("extra_args", mode="after")
    @classmethod
    def _typed_arguments_once(cls, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return refuse_reserved(arguments, _ON_GPUS)

    @model_validator(mode="after")
    def _every_gpu_has_work(self) -> Self:
        if self.devices == 0:
            raise rule(
                given="gpus 0 was given with engine vllm",
                allowed="at least one GPU; without one the engine is vllm-cpu",
                remedy="correct {path}.gpus, or set {path}.engine to vllm-cpu",
            )
        spread = self.tensor_parallel * self.pipeline_parallel_size
        if spread != self.devices:
            raise rule(
                given=f"tensor parallel {self.tensor_parallel} × pipeline parallel {self.pipeline_parallel_size} = "
                f"{spread}, while gpus is {self.devices}",
                allowed="a product of both that is the number of GPUs; vLLM refuses more, and leaves others idle",
                remedy=f"set {{path}}.gpus to {spread}, or correct {{path}}.tensorParallelSize",
            )
        return self

    @model_validator(mode="after")
    def _replicas_or_autoscale(self) -> Self:
        if self.autoscale is not None and "replicas" in self.model_fields_set:
            raise rule(
                given="replicas was given together with autoscale",
                allowed="a fixed number of replicas, or a range",
                remedy="remove {path}.replicas or {path}.autoscale",
            )
        return self

    @property
    def tensor_parallel(self) -> int:
        """Over how many GPUs each layer is spread."""
        return self.tensor_parallel_size or max(1, self.devices // self.pipeline_parallel_size)

    @property
    def gpu_share(self) -> float | None:
        """Share of a GPU's memory that one pod takes."""
        return self.gpu_memory_utilization

    @property
    def most_replicas(self) -> int:
        """Most pods there can be."""
        return self.replicas if self.autoscale is None else self.autoscale.max
