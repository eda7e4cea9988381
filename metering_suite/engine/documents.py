"""JSON documents of OpenAI-compatible engines, whole and as events. Facts: OpenAI's API reference, vLLM's protocol."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from metering_suite.counts import Tokens
from metering_suite.shapes import model as m
from metering_suite.shapes.model import Reply, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

CREATED = 1_700_000_000
DECOY = {"prompt_tokens": 70_001, "completion_tokens": 70_002, "total_tokens": 140_003}
"""A usage that is none: numbers larger than any real ones here, in places that are not the answer's usage."""
_NUMBER = -1.2345678901234567e-05
_NUMBER_BYTES = len(f"{_NUMBER},")


@dataclass(frozen=True)
class Event:
    """One event of a stream."""

    data: dict[str, Any]
    part: float
    """How much of the answer is generated with it, 0 to 1."""
    usage: bool = False
    only_usage: bool = False
    """Whether it is there for usage alone, so that a client that did not ask can do without."""


def tokens_told(path: str, tokens: Tokens, reply: Reply) -> Tokens:
    """What a kind of call can tell of the tokens: embeddings complete nothing, a ranking knows the total alone."""
    if reply.usage is Usage.DURATION:
        return Tokens()
    if path == m.RERANK:
        return Tokens(None, None, tokens.total, None, None)
    if path == m.EMBEDDINGS:
        return Tokens(tokens.prompt, 0, tokens.prompt, None, None)
    return tokens if reply.details else Tokens(tokens.prompt, tokens.completion, tokens.total, None, None)


def usage_object(path: str, tokens: Tokens, reply: Reply) -> dict[str, Any]:
    """The usage in the words of a kind of call."""
    if reply.usage is Usage.DURATION:
        return {"type": "duration", "seconds": 3}
    if path == m.RERANK:
        return {"total_tokens": tokens.total}
    if path in (m.RESPONSES, m.AUDIO):
        return _responses_usage(path, tokens, reply)
    usage: dict[str, Any] = {"prompt_tokens": tokens.prompt, "total_tokens": tokens.total}
    usage["completion_tokens"] = tokens.completion
    if reply.usage is Usage.NULL_FIELDS:
        usage |= {"prompt_tokens_details": None, "completion_tokens_details": None}
    if reply.details:
        usage["prompt_tokens_details"] = {"cached_tokens": tokens.cached}
        usage["completion_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return usage


def _responses_usage(path: str, tokens: Tokens, reply: Reply) -> dict[str, Any]:
    usage: dict[str, Any] = {"type": "tokens"} if path == m.AUDIO else {}
    usage |= {"input_tokens": tokens.prompt, "output_tokens": tokens.completion, "total_tokens": tokens.total}
    if reply.details:
        usage["input_tokens_details"] = {"cached_tokens": tokens.cached}
        usage["output_tokens_details"] = {"reasoning_tokens": tokens.reasoning}
    return usage


def _text(reply: Reply) -> str:
    return reply.text * max(1, -(-reply.size // max(1, len(reply.text.encode(errors="surrogatepass")))))


def _told(document: dict[str, Any], usage: dict[str, Any], reply: Reply) -> dict[str, Any]:
    """A document with its usage where the shape wants it."""
    if reply.usage in (Usage.NESTED, Usage.ONLY_NESTED):
        document = {**document, "metadata": {"usage": DECOY, "steps": [{"usage": DECOY}]}}
    if reply.usage in (Usage.NONE, Usage.ONLY_NESTED):
        return document
    told = None if reply.usage is Usage.NULL else usage
    return {"usage": told, **document} if reply.usage_first else {**document, "usage": told}


def whole(path: str, request_id: str, tokens: Tokens, reply: Reply) -> dict[str, Any]:
    """The answer to a call that is not streamed."""
    makers = {
        m.COMPLETIONS: _completion,
        m.EMBEDDINGS: _embeddings,
        m.RESPONSES: _response,
        m.RERANK: _ranking,
        m.AUDIO: _transcription,
    }
    return _told(makers.get(path, _chat)(request_id, reply), usage_object(path, tokens, reply), reply)


def _chat(request_id: str, reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": _text(reply)}
    if reply.tools:
        call = {"name": "clock", "arguments": json.dumps({"zone": "UTC", "usage": DECOY})}
        message |= {"content": None, "tool_calls": [{"id": "call-1", "type": "function", "function": call}]}
    end = "tool_calls" if reply.tools else "stop"
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": end} for index in range(reply.choices)
    ]
    head = {"id": f"chatcmpl-{request_id}", "object": "chat.completion", "created": CREATED, "model": "metering"}
    return {**head, "choices": choices}


def _completion(request_id: str, reply: Reply) -> dict[str, Any]:
    choices = [
        {"index": index, "text": _text(reply), "logprobs": None, "finish_reason": "length"}
        for index in range(reply.choices)
    ]
    head = {"id": f"cmpl-{request_id}", "object": "text_completion", "created": CREATED, "model": "metering"}
    return {**head, "choices": choices}


def _embeddings(request_id: str, reply: Reply) -> dict[str, Any]:
    vector = [_NUMBER] * max(3, -(-reply.size // _NUMBER_BYTES))
    data = [{"index": 0, "object": "embedding", "embedding": vector}]
    return {"id": f"embd-{request_id}", "object": "list", "model": "metering", "data": data}


def _response(request_id: str, reply: Reply) -> dict[str, Any]:
    content = [{"type": "output_text", "text": _text(reply), "annotations": []}]
    output = [{"type": "message", "id": "msg-1", "role": "assistant", "status": "completed", "content": content}]
    head = {"id": f"resp-{request_id}", "object": "response", "created_at": CREATED, "status": "completed"}
    return {**head, "model": "metering", "output": output}


def _ranking(request_id: str, reply: Reply) -> dict[str, Any]:
    results = [{"index": 0, "document": {"text": _text(reply)}, "relevance_score": 0.5}]
    return {"id": f"rerank-{request_id}", "model": "metering", "results": results}


def _transcription(_request_id: str, reply: Reply) -> dict[str, Any]:
    return {"text": _text(reply)}


def events(path: str, request_id: str, tokens: Tokens, reply: Reply, *, asked: bool) -> Iterator[Event]:
    """The answer to a call that is streamed; `asked`: the request wants usage at the end."""
    if path == m.RESPONSES:
        yield from _response_events(request_id, tokens, reply)
    elif path == m.AUDIO:
        yield from _transcript_events(tokens, reply)
    else:
        yield from _chunk_events(path, request_id, tokens, reply, asked=asked)


def _pieces(reply: Reply) -> list[str]:
    """The text in as many parts as there are events; joined they are the text."""
    text, count = _text(reply), reply.events
    bounds = [len(text) * number // count for number in range(count + 1)]
    return [text[begin:end] for begin, end in pairwise(bounds)]


def _chunk_events(path: str, request_id: str, tokens: Tokens, reply: Reply, *, asked: bool) -> Iterator[Event]:
    pieces = _pieces(reply)
    told = asked and reply.usage is not Usage.NONE
    for number, text in enumerate(pieces, 1):
        part, last = number / len(pieces), number == len(pieces)
        for index in range(reply.choices):
            document = {**_head(path, request_id), "choices": [_choice(path, reply, index, text, last=last)]}
            usage = _usage_in_event(path, tokens.generated(part), reply, last=last) if told else {}
            yield Event(document | usage, part, bool(usage.get("usage")))
        if told and reply.usage is Usage.SEVERAL:
            yield _usage_event(path, request_id, tokens.generated(part), reply)
    if told and reply.usage not in (Usage.WITH_CHOICE, Usage.SEVERAL, Usage.ONLY_NESTED):
        yield _usage_event(path, request_id, tokens, reply)
    if told and reply.usage is Usage.NULL_LAST:
        yield Event({**_head(path, request_id), "choices": [], "usage": None}, 1.0)


def _usage_in_event(path: str, tokens: Tokens, reply: Reply, *, last: bool) -> dict[str, Any]:
    """What an event with text says of usage."""
    if reply.usage is Usage.CONTINUOUS or (reply.usage is Usage.WITH_CHOICE and last):
        return {"usage": usage_object(path, tokens, reply)}
    if reply.usage in (Usage.NULLS, Usage.NULL, Usage.NULL_LAST):
        return {"usage": None}
    if reply.usage in (Usage.NESTED, Usage.ONLY_NESTED):
        return {"metadata": {"usage": DECOY}}
    return {}


def _usage_event(path: str, request_id: str, tokens: Tokens, reply: Reply) -> Event:
    usage = None if reply.usage is Usage.NULL else usage_object(path, tokens, reply)
    document: dict[str, Any] = {**_head(path, request_id), "choices": [], "usage": usage}
    if reply.usage_first:
        document = {"usage": usage, **document}
    return Event(document, 1.0, usage is not None, only_usage=True)


def _head(path: str, request_id: str) -> dict[str, Any]:
    kind, short = ("text_completion", "cmpl") if path == m.COMPLETIONS else ("chat.completion.chunk", "chatcmpl")
    return {"id": f"{short}-{request_id}", "object": kind, "created": CREATED, "model": "metering"}


def _choice(path: str, reply: Reply, index: int, text: str, *, last: bool) -> dict[str, Any]:
    end = ("tool_calls" if reply.tools else "stop") if last else None
    choice: dict[str, Any] = {"index": index, "logprobs": None, "finish_reason": end}
    if path == m.COMPLETIONS:
        return {**choice, "text": text}
    if reply.tools:
        called = {"name": "clock", "arguments": json.dumps({"u": text})}
        return {**choice, "delta": {"tool_calls": [{"index": 0, "type": "function", "function": called}]}}
    return {**choice, "delta": {"content": text}}


def _response_events(request_id: str, tokens: Tokens, reply: Reply) -> Iterator[Event]:
    done = _response(request_id, reply)
    begun = {**done, "status": "in_progress", "output": [], "usage": None}
    yield Event({"type": "response.created", "sequence_number": 0, "response": begun}, 0.0)
    pieces = _pieces(reply)
    for number, text in enumerate(pieces, 1):
        delta = {"type": "response.output_text.delta", "sequence_number": number, "item_id": "msg-1", "delta": text}
        yield Event(delta, number / len(pieces))
    told = _told(done, usage_object(m.RESPONSES, tokens, reply), reply)
    last = {"type": "response.completed", "sequence_number": len(pieces) + 1, "response": told}
    yield Event(last, 1.0, bool(told.get("usage")))


def _transcript_events(tokens: Tokens, reply: Reply) -> Iterator[Event]:
    pieces = _pieces(reply)
    for number, text in enumerate(pieces, 1):
        yield Event({"type": "transcript.text.delta", "delta": text}, number / len(pieces))
    done: dict[str, Any] = {"type": "transcript.text.done", "text": _text(reply)}
    yield Event({**done, "usage": usage_object(m.AUDIO, tokens, reply)}, 1.0, usage=True)
