"""Reading a request as vLLM does: which model, which prompts, how many tokens; and the errors in its shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.model.arguments import Arguments
    from sandbox.model.tokenizer import Tokenizer

Json = dict[str, Any]

DEFAULT_TOKENS = 16
"""What vLLM generates for /v1/completions when `max_tokens` is absent; chat takes the rest of the context."""
CHAT_ANSWER = 64
"""Upper bound of an unlimited chat answer here: a model would stop by itself."""
# A chat template adds the role and its marks to each message, and the mark that starts the answer.
_PER_MESSAGE = 4
_PER_CHAT = 3


class RefusedError(Exception):
    """An answer in vLLM's error shape."""

    def __init__(self, status: int, kind: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"message": message, "type": kind, "param": param, "code": status}}


def bad(message: str, param: str | None = None) -> RefusedError:
    """400 in vLLM's shape."""
    return RefusedError(400, "BadRequestError", message, param)


def model_name(arguments: Arguments, body: Json) -> str:
    """The model the answer names; an absent one is the first, an unknown one is refused.

    Raises:
        RefusedError: 404, the model is not served here.
    """
    wanted = body.get("model")
    if wanted is None:
        return arguments.names[0]
    if wanted not in arguments.names:
        raise RefusedError(404, "NotFoundError", f"The model `{wanted}` does not exist.", "model")
    return str(wanted)


def chat_text(body: Json) -> tuple[str, int]:
    """The text of all messages, and the tokens the template adds.

    Raises:
        RefusedError: 400, there are no messages or one has no role.
    """
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise bad("[{'type': 'missing', 'loc': ('body', 'messages'), 'msg': 'Field required'}]", "messages")
    texts = []
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise bad("Each message must be an object with a role.", "messages")
        texts.append(_content(message.get("content")))
    return "\n".join(texts), _PER_MESSAGE * len(messages) + _PER_CHAT


def _content(content: Any) -> str:  # noqa: ANN401  # text, parts or nothing
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return "" if content is None else str(content)


def prompts(body: Json, tokenizer: Tokenizer, field: str) -> list[list[str]]:
    """The prompts of a request as tokens: a text, token ids, or a list of either.

    Raises:
        RefusedError: 400, the field is absent or of another shape.
    """
    given = body.get(field)
    if isinstance(given, str):
        return [tokenizer.pieces(given)]
    if isinstance(given, list) and given:
        if all(isinstance(item, int) for item in given):
            return [[tokenizer.decode([item]) for item in given]]
        if all(isinstance(item, str) for item in given):
            return [tokenizer.pieces(item) for item in given]
        if all(isinstance(item, list) and all(isinstance(number, int) for number in item) for item in given):
            return [[tokenizer.decode([number]) for number in item] for item in given]
    raise bad(f"[{{'type': 'missing', 'loc': ('body', '{field}'), 'msg': 'Field required'}}]", field)


def answer_length(arguments: Arguments, body: Json, prompt_tokens: int, default: int) -> int:
    """How many tokens may be generated.

    Raises:
        RefusedError: 400, prompt and answer do not fit into the model's context, or the number is no number.
    """
    wanted = body.get("max_completion_tokens", body.get("max_tokens"))
    if wanted is not None and (not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1):
        raise bad(f"max_tokens must be at least 1, got {wanted}.", "max_tokens")
    room = arguments.max_model_len - prompt_tokens
    asked = 0 if wanted is None else wanted
    if room < max(1, asked):
        detail = f"({prompt_tokens} in the messages, {asked} in the completion)"
        raise bad(
            f"This model's maximum context length is {arguments.max_model_len} tokens. However, you requested "
            f"{prompt_tokens + asked} tokens {detail}. Please reduce the length of the messages or completion."
        )
    return min(room, default if wanted is None else wanted)


def choices(body: Json) -> int:
    """`n`, how many answers are wanted.

    Raises:
        RefusedError: 400, it is no number of at least 1.
    """
    wanted = body.get("n")
    if wanted is None:
        return 1
    if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 1:
        raise bad(f"n must be at least 1, got {wanted}.", "n")
    return wanted


def usage_in_stream(body: Json) -> tuple[bool, bool]:
    """Whether the stream ends with usage, and whether every event carries it.

    Raises:
        RefusedError: 400, `stream_options` without `stream`, or no object.
    """
    options = body.get("stream_options")
    if options is None:
        return False, False
    if not body.get("stream"):
        raise bad("Stream options can only be defined when `stream=True`.", "stream_options")
    if not isinstance(options, dict):
        raise bad("stream_options must be an object.", "stream_options")
    include = bool(options.get("include_usage"))
    return include, include and bool(options.get("continuous_usage_stats"))
