"""Answers of the stub: their text, their JSON, their stream events. The same request gives the same answer."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.model.ledger import Entry

Json = dict[str, Any]

_WORDS = (
    *("The", "stub", "reads", "your", "text", "and", "gives", "an", "answer", "of", "known", "length", "so", "that"),
    *("every", "token", "can", "be", "found", "again", "in", "its", "books"),
)
_SHORTEST, _SPREAD = 8, 17


def words(prompt: list[str], length: int, choice: int) -> list[str]:
    """The tokens of an answer: between 8 and 24 of them, fewer when `length` is less; chosen by the prompt alone."""
    digest = hashlib.sha256(f"{choice}\0{''.join(prompt)}".encode()).digest()
    count = min(length, _SHORTEST + digest[0] % _SPREAD)
    # Words and the spaces between them are tokens of their own, as the tokenizer cuts them.
    return [_WORDS[digest[index % 32] % len(_WORDS)] if index % 2 == 0 else " " for index in range(count)]


@dataclass
class Job:
    """One generation: who asked, in which form, and what comes out per choice."""

    entry: Entry
    chat: bool
    answers: list[list[str]]
    length: int
    usage_at_end: bool = False
    usage_always: bool = False
    created: int = field(default_factory=lambda: int(time.time()))
    number: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def _id(self) -> str:
        return f"{'chatcmpl' if self.chat else 'cmpl'}-{self.number}"

    def usage(self, completion: int) -> Json:
        """The usage object at that many generated tokens."""
        prompt = self.entry.prompt_tokens
        return {"prompt_tokens": prompt, "total_tokens": prompt + completion, "completion_tokens": completion}

    def _reason(self, answer: list[str]) -> str:
        return "length" if len(answer) >= self.length else "stop"

    def whole(self) -> Json:
        """The answer in one piece."""
        completion = sum(len(answer) for answer in self.answers)
        listed = [self._choice(index, answer) for index, answer in enumerate(self.answers)]
        kind = "chat.completion" if self.chat else "text_completion"
        head = {"id": self._id, "object": kind, "created": self.created, "model": self.entry.model}
        return {**head, "choices": listed, "usage": self.usage(completion)}

    def _choice(self, index: int, answer: list[str]) -> Json:
        end = {"logprobs": None, "finish_reason": self._reason(answer), "stop_reason": None}
        text = "".join(answer)
        if self.chat:
            return {"index": index, "message": {"role": "assistant", "content": text, "tool_calls": []}, **end}
        return {"index": index, "text": text, **end}

    def events(self) -> Iterator[tuple[str, int]]:
        """The events of a stream, each with how many tokens it carries; the end mark last."""
        generated = 0
        if self.chat:
            for index in range(len(self.answers)):
                yield self._event(index, {"role": "assistant", "content": ""}, None, generated), 0
        for index, answer in enumerate(self.answers):
            for place, piece in enumerate(answer):
                generated += 1
                last = place == len(answer) - 1
                yield self._event(index, {"content": piece}, self._reason(answer) if last else None, generated), 1
        if self.usage_at_end:
            yield self._line({**self._chunk(), "choices": [], "usage": self.usage(generated)}), 0
        yield "data: [DONE]\n\n", 0

    def _chunk(self) -> Json:
        kind = "chat.completion.chunk" if self.chat else "text_completion"
        return {"id": self._id, "object": kind, "created": self.created, "model": self.entry.model}

    def _event(self, index: int, delta: Json, reason: str | None, generated: int) -> str:
        choice: Json = {"index": index, "logprobs": None, "finish_reason": reason}
        choice |= {"delta": delta} if self.chat else {"text": delta["content"]}
        body = {**self._chunk(), "choices": [choice]}
        if self.usage_always:
            body["usage"] = self.usage(generated)
        return self._line(body)

    def _line(self, body: Json) -> str:
        return f"data: {json.dumps(body, separators=(',', ':'))}\n\n"


def embedding(tokens: list[str], dimensions: int) -> list[float]:
    """A vector of that length in [-1, 1], the same for the same text."""
    seed = "".join(tokens).encode()
    blocks = (hashlib.sha256(seed + bytes([number])).digest() for number in range(-(-dimensions // 32)))
    return [round(byte / 127.5 - 1, 6) for block in blocks for byte in block][:dimensions]
