"""Model servers besides vLLM: embeddings, documents, images, and checks of pictures."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from components.config.arguments import KEYS, refuse_reserved
from components.config.server_pod import Argument, ServerPod

UrlPath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]*$", max_length=255)]
"""A path of the server's own."""


class OtherServer(ServerPod):
    """A server that takes of a GPU's memory what it needs, with no limit of its own."""

    gpu_memory_share: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None,
        description="Share of one GPU's memory that a pod takes at most, from 0 to 1, as it was measured. Required "
        "on a pool whose GPUs are time-sliced: there nothing keeps servers from each other's memory.",
    )

    @property
    def gpu_share(self) -> float | None:
        """Share of a GPU's memory that one pod takes, as declared."""
        return self.gpu_memory_share


class TextEmbeddings(OtherServer):
    """Hugging Face's Text Embeddings Inference, one model of text embeddings or of ranking."""

    engine: Literal["tei"] = Field(description="`tei`: Text Embeddings Inference.")
    dtype: Literal["auto", "float16", "float32"] = Field(
        default="auto", description="Number format of the weights. When left out, the server's own choice."
    )
    pooling: Literal["cls", "mean", "splade", "last-token"] | None = Field(
        default=None,
        description="How the vectors of tokens become one. When left out, as the model's own files say.",
    )
    max_concurrent_requests: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Requests at once; further ones are refused with 429. When left out, 512."
    )
    max_batch_tokens: Annotated[int, Field(ge=1, le=10_000_000)] | None = Field(
        default=None,
        description="Tokens of one batch; it decides about GPU memory. When left out, the server's own, 16384.",
    )
    max_client_batch_size: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Texts of one request. When left out, 32."
    )
    auto_truncate: bool = Field(
        default=False,
        description="Cuts texts that are longer than the model can read. When false, such a request is refused.",
    )
    extra_args: tuple[Argument, ...] = Field(
        default=(),
        description="Further arguments of the server, as `--name=value`, added last. Refused are arguments with a "
        "key of their own in this file, and those that take a key in plain text.",
    )

    @field_validator("extra_args", mode="after")
    @classmethod
    def _typed_arguments_once(cls, arguments: tuple[str, ...]) -> tuple[str, ...]:
        return refuse_reserved(arguments, _TYPED)


_TYPED = (
    "--model-id",
    "--port",
    *KEYS,
    "--dtype",
    "--pooling",
    "--max-concurrent-requests",
    "--max-batch-tokens",
    "--max-client-batch-size",
    "--auto-truncate",
)


class Docling(OtherServer):
    """Docling, which reads documents."""

    engine: Literal["docling"] = Field(description="`docling`: Docling, which turns documents into text.")
    api: Literal["process", "convert"] = Field(
        default="process",
        description="Paths of the server: `process` has `/process_url` and `/process_file`, `convert` those of "
        "docling-serve, `/v1/convert/source` and `/v1/convert/file`.",
    )
    workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default=1, description="Processes of the web server. When left out, one."
    )
    max_pages: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="Pages of one document at most. When left out, the server's own limit."
    )
    max_file_mib: Annotated[int, Field(ge=1, le=10_240)] | None = Field(
        default=None,
        alias="maxFileMiB",
        description="Size of one document at most, in MiB. When left out, the server's own limit.",
    )

    @property
    def measured_at(self) -> str | None:
        """Path of the server's metrics; docling-serve has them (docling-serve, docs/configuration.md)."""
        return "/metrics" if self.api == "convert" else None


class PlainServer(OtherServer):
    """A server of one's own, whose command line is written out."""

    args: tuple[Annotated[str, StringConstraints(min_length=1, max_length=1024)], ...] = Field(
        default=(),
        description="The arguments word by word. The server has to listen on port 8080 and finds the weights in "
        "`/mnt/models`. When left out, `--port=8080` for `image`, `--http_port=8080` and `--model_name` for `safety`.",
    )
    metrics_path: UrlPath | None = Field(
        default=None, description="Path of the metrics in the form of Prometheus. When left out, it has none."
    )

    @property
    def measured_at(self) -> str | None:
        """Path of the server's metrics, as declared."""
        return self.metrics_path


class Image(PlainServer):
    """A server that draws images."""

    engine: Literal["image"] = Field(description="`image`: a server that draws images from texts.")
    health_path: UrlPath = Field(default="/health", description="Path that answers 200 as soon as the model is loaded.")
    api: Literal["generate", "openai"] = Field(
        default="generate",
        description="Paths of the server: `generate` has `/generate` and `/progress`, `openai` has "
        "`/v1/images/generations`.",
    )


class Safety(PlainServer):
    """A server that judges texts or pictures by KServe's own protocol."""

    engine: Literal["safety"] = Field(description="`safety`: a server that judges pictures, by KServe's V1 protocol.")
    health_path: UrlPath = Field(
        default="/v2/health/ready", description="Path that answers 200 as soon as the model is loaded."
    )
