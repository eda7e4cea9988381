"""The server that this stack runs for a model: one of several engines."""

from typing import Annotated

from pydantic import Field

from components.config.engines import Docling, Image, Safety, TextEmbeddings
from components.config.server_pod import Amounts, Resources
from components.config.vllm import Vllm, VllmCpu

__all__ = ["Amounts", "Resources", "Server"]

Server = Annotated[
    VllmCpu | Vllm | TextEmbeddings | Docling | Image | Safety,
    Field(discriminator="engine"),
]
"""The key `engine` says which."""
