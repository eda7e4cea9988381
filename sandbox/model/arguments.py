"""The part of the servers' command lines that changes what the stub answers.

vllm/entrypoints/openai/cli_args.py; text-embeddings-inference, docs/source/en/cli_arguments.md; kserve,
python/kserve/kserve/model_server.py.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from dataclasses import dataclass
from typing import NoReturn

DEFAULT_MAX_MODEL_LEN = 4096
_EMBEDDING_TASKS = ("embed", "embedding")


@dataclass(frozen=True, kw_only=True)
class Arguments:
    """What the server serves."""

    model: str = "stub"
    """Path or name of the weights; the served name when none is given."""
    names: tuple[str, ...] = ("stub",)
    """`--served-model-name`: all are accepted, the first is the one in answers."""
    max_model_len: int = DEFAULT_MAX_MODEL_LEN
    """Tokens of prompt and answer together."""
    embeddings: bool = False
    """Whether it is an embedding model: then it embeds and does not generate, else the other way round."""
    api_key: str = ""
    batch: int = 32
    """Texts of one request at most, for text embeddings."""
    truncate: bool = False
    """Whether texts that are too long are cut."""


class _Parser(argparse.ArgumentParser):
    """Raises instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        raise ValueError(f"The model server was started with arguments it cannot read: {message}.")


def _length(text: str) -> int:
    """A length in tokens: vLLM takes `8k` (1000s) and `8K` (1024s) too (vllm/utils, human_readable_int)."""
    units = {"k": 1000, "K": 1024, "m": 1000**2, "M": 1024**2}
    unit = units.get(text[-1:], 1)
    return int(float(text[:-1] if unit > 1 else text) * unit)


def parsed(arguments: list[str]) -> Arguments:
    """The arguments of the container; those that do not change an answer are accepted and ignored.

    Raises:
        ValueError: a known argument has no readable value.
    """
    parser = _Parser(allow_abbrev=False, add_help=False)
    parser.add_argument("--model", default="")
    parser.add_argument("--served-model-name", nargs="+", default=[])
    parser.add_argument("--max-model-len", type=_length, default=DEFAULT_MAX_MODEL_LEN)
    parser.add_argument("--task", default="")
    parser.add_argument("--runner", default="")
    parser.add_argument("--api-key", default="")
    parser.add_argument("--model-id", default="")
    parser.add_argument("--model_name", default="")
    parser.add_argument("--max-client-batch-size", type=int, default=32)
    parser.add_argument("--auto-truncate", action="store_true")
    known, _ = parser.parse_known_args([piece for argument in arguments for piece in _split(argument)])
    model = known.model or known.model_id or known.model_name or "stub"
    return Arguments(
        model=model,
        names=tuple(known.served_model_name) or (model,),
        max_model_len=known.max_model_len,
        embeddings=known.task in _EMBEDDING_TASKS or known.runner == "pooling",
        api_key=known.api_key,
        batch=known.max_client_batch_size,
        truncate=known.auto_truncate,
    )


def _split(argument: str) -> list[str]:
    """`--a=b` as two pieces, so that `--served-model-name=x` takes further names like vLLM's parser."""
    name, equals, value = argument.partition("=")
    return [name, value] if equals and name.startswith("--") else [argument]


def from_environment(text: str | None, key: str | None = None) -> Arguments:
    """The arguments in SANDBOX_ARGS, a JSON list; nothing given means the defaults.

    `key` is VLLM_API_KEY, which counts where no argument names a key (vllm, vllm/entrypoints/openai/api_server.py).
    """
    given = json.loads(text) if text else []
    found = parsed([str(argument) for argument in given])
    return dataclasses.replace(found, api_key=found.api_key or key or "")
