"""The engine's documents tell the ledger's tokens, in the words of each call, and nothing else that counts."""

from __future__ import annotations

import pytest

from metering_suite.counts import Tokens, tokens_of
from metering_suite.engine.documents import events, tokens_told, whole
from metering_suite.shapes import model as m
from metering_suite.shapes.model import Reply, Usage
from tests.metering_suite.usage_reader import usage_in

TOKENS = tokens_of("one")
FULL = {"prompt_tokens": TOKENS.prompt, "completion_tokens": TOKENS.completion, "total_tokens": TOKENS.total}


@pytest.mark.parametrize("path", [m.CHAT, m.COMPLETIONS, m.RESPONSES, m.AUDIO])
def test_a_whole_answer_tells_all_three(path: str) -> None:
    assert usage_in(whole(path, "one", TOKENS, Reply())) == FULL


def test_embeddings_and_rankings_tell_what_they_know() -> None:
    embedded = tokens_told(m.EMBEDDINGS, TOKENS, Reply())
    assert embedded == Tokens(TOKENS.prompt, 0, TOKENS.prompt, None, None)
    ranked = tokens_told(m.RERANK, TOKENS, Reply())
    assert usage_in(whole(m.RERANK, "one", ranked, Reply())) == {"total_tokens": TOKENS.total}
    assert "prompt" not in ranked.as_counts()


@pytest.mark.parametrize("usage", [Usage.NONE, Usage.NULL, Usage.ONLY_NESTED, Usage.DURATION])
@pytest.mark.parametrize("path", [m.CHAT, m.COMPLETIONS])
def test_an_answer_without_usage_tells_none_at_its_top(path: str, usage: Usage) -> None:
    assert usage_in(whole(path, "one", TOKENS, Reply(usage=usage))) is None
    if usage is not Usage.DURATION:
        told = events(path, "one", TOKENS, Reply(usage=usage), asked=True)
        assert [usage_in(event.data) for event in told if usage_in(event.data)] == []


@pytest.mark.parametrize(
    "usage", [one for one in Usage if one not in (Usage.NONE, Usage.NULL, Usage.ONLY_NESTED, Usage.DURATION)]
)
@pytest.mark.parametrize("path", [m.CHAT, m.COMPLETIONS])
def test_the_last_usage_of_a_stream_is_the_whole_one(path: str, usage: Usage) -> None:
    told = [
        found
        for event in events(path, "one", TOKENS, Reply(usage=usage), asked=True)
        if (found := usage_in(event.data))
    ]
    assert told[-1] == FULL


@pytest.mark.parametrize("usage", list(Usage))
def test_a_stream_that_is_not_asked_tells_nothing(usage: Usage) -> None:
    told = list(events(m.CHAT, "one", TOKENS, Reply(usage=usage), asked=False))
    assert not any(usage_in(event.data) or event.usage for event in told)


@pytest.mark.parametrize("path", [m.RESPONSES, m.AUDIO])
def test_other_streams_tell_usage_in_their_last_event(path: str) -> None:
    told = [usage_in(event.data) for event in events(path, "one", TOKENS, Reply(), asked=True)]
    assert told == [None] * (len(told) - 1) + [FULL]


def test_text_is_as_large_as_the_shape_wants_and_divided_among_the_events() -> None:
    text = whole(m.CHAT, "one", TOKENS, Reply(text="žž", size=1001))["choices"][0]["message"]["content"]
    assert 1001 <= len(text.encode()) < 1010
    parts = [
        event.data["choices"][0]["delta"]["content"] for event in events(m.CHAT, "one", TOKENS, Reply(), asked=False)
    ]
    assert "".join(parts) == Reply().text


def test_a_request_id_has_its_own_numbers() -> None:
    assert tokens_of("one") == tokens_of("one") != tokens_of("two")
    assert TOKENS.prompt is not None
    assert TOKENS.completion is not None
    assert TOKENS.total == TOKENS.prompt + TOKENS.completion


def test_half_an_answer_used_half_of_the_tokens() -> None:
    assert Tokens(10, 8, 18, 6, 3).generated(0.5) == Tokens(10, 4, 14, 4, 3)
    assert Tokens(None, None, 9, None, None).generated(0.5) == Tokens(None, None, 9, None, None)
