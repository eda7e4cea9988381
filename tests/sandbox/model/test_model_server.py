"""The stub's surface: vLLM's shapes, exact counts, refusals, and the ledger."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given
from hypothesis import strategies as st

from sandbox.model.arguments import Arguments, from_environment
from sandbox.model.server import ModelServer
from sandbox.model.tokenizer import Tokenizer
from sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CHAT = {"model": "tiny", "messages": [{"role": "user", "content": "Hello there!"}]}
# Four pieces of text, four tokens for the message's marks, three for the answer's.
CHAT_TOKENS = 4 + 4 + 3


def served(scenario: Callable[[Any, ModelServer], Awaitable[None]], **options: Any) -> None:  # noqa: ANN401  # arguments of the server
    """Run a scenario against one server on a free port."""

    async def run() -> None:
        server = ModelServer(Arguments(names=("tiny", "alias"), **options), RequestLog(None, "model"))
        async with TestClient(TestServer(server.application())) as client:
            await scenario(client, server)

    asyncio.run(run())


def events(text: str) -> list[dict[str, Any]]:
    lines = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


def test_a_plain_answer_and_its_stream_carry_the_same_usage_as_the_ledger() -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        plain = await (await client.post("/v1/chat/completions", json=CHAT)).json()
        stream = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
        parts = events(await (await client.post("/v1/chat/completions", json=stream)).text())
        text = "".join(part["choices"][0]["delta"].get("content", "") for part in parts[:-1])
        assert text == plain["choices"][0]["message"]["content"]
        assert parts[-1]["choices"] == []
        assert parts[-1]["usage"] == plain["usage"]
        assert plain["usage"]["prompt_tokens"] == CHAT_TOKENS
        assert plain["usage"]["total_tokens"] == CHAT_TOKENS + Tokenizer().count(text)
        assert [entry.total_tokens for entry in server.ledger.entries] == [plain["usage"]["total_tokens"]] * 2

    served(scenario)


def test_usage_comes_in_a_stream_only_as_asked_for() -> None:
    async def scenario(client: Any, _: ModelServer) -> None:  # noqa: ANN401  # the test client
        quiet = events(await (await client.post("/v1/chat/completions", json={**CHAT, "stream": True})).text())
        assert not any("usage" in part for part in quiet)
        options = {"include_usage": True, "continuous_usage_stats": True}
        body = {**CHAT, "stream": True, "stream_options": options}
        loud = events(await (await client.post("/v1/chat/completions", json=body)).text())
        assert all("usage" in part for part in loud)
        assert [part["usage"]["completion_tokens"] for part in loud] == sorted(
            part["usage"]["completion_tokens"] for part in loud
        )
        refused = await client.post("/v1/chat/completions", json={**CHAT, "stream_options": {}})
        assert refused.status == 400

    served(scenario)


def test_several_choices_and_prompts_are_counted_together() -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        body = {"model": "alias", "prompt": ["one two", "three"], "n": 2, "max_tokens": 5}
        answer = await (await client.post("/v1/completions", json=body)).json()
        assert [choice["finish_reason"] for choice in answer["choices"]] == ["length"] * 4
        assert answer["usage"] == {"prompt_tokens": 4, "completion_tokens": 20, "total_tokens": 24}
        assert server.ledger.rendered()["totals"] == {"requests": 1, **answer["usage"]}

    served(scenario)


def test_refusals_have_the_engines_shape_and_cost_no_token() -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        cases = [
            ("/v1/chat/completions", {**CHAT, "model": "other"}, 404, "NotFoundError"),
            ("/v1/chat/completions", {**CHAT, "max_tokens": 4096}, 400, "BadRequestError"),
            ("/v1/chat/completions", {"model": "tiny"}, 400, "BadRequestError"),
            ("/v1/chat/completions", {**CHAT, "n": 0}, 400, "BadRequestError"),
            ("/v1/embeddings", {"model": "tiny", "input": "text"}, 400, "BadRequestError"),
        ]
        for path, body, status, kind in cases:
            answer = await client.post(path, json=body)
            error = (await answer.json())["error"]
            assert (answer.status, error["code"], error["type"]) == (status, status, kind)
        broken = await client.post("/v1/chat/completions", data=b"{")
        assert broken.status == 400
        context = await (await client.post("/v1/chat/completions", json={**CHAT, "max_tokens": 4096})).json()
        assert "maximum context length is 4096 tokens" in context["error"]["message"]
        assert server.ledger.entries == []
        assert server.ledger.failures == {404: 1, 400: 6}
        assert (await client.get("/nowhere")).status == 404
        assert (await client.get("/v1/chat/completions")).status == 405

    served(scenario)


def test_an_embedding_model_embeds_and_does_not_generate() -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        answer = await (await client.post("/v1/embeddings", json={"model": "tiny", "input": ["a b", "c"]})).json()
        assert [len(item["embedding"]) for item in answer["data"]] == [64, 64]
        assert answer["usage"]["total_tokens"] == server.ledger.entries[0].total_tokens == 4
        assert (await client.post("/v1/chat/completions", json=CHAT)).status == 400

    served(scenario, embeddings=True)


def test_the_other_paths_answer_as_the_engine_does() -> None:
    async def scenario(client: Any, _: ModelServer) -> None:  # noqa: ANN401  # the test client
        health = await client.get("/health")
        assert (health.status, await health.text()) == (200, "")
        assert (await client.get("/version")).status == 200
        models = await (await client.get("/v1/models")).json()
        assert [(model["id"], model["max_model_len"]) for model in models["data"]] == [("tiny", 4096), ("alias", 4096)]
        tokens = await (await client.post("/tokenize", json={"model": "tiny", "prompt": "Hello, you"})).json()
        assert tokens["count"] == len(tokens["tokens"]) == 4
        back = await client.post("/detokenize", json={"model": "tiny", "tokens": tokens["tokens"]})
        assert (await back.json())["prompt"] == "Hello, you"
        await client.post("/v1/chat/completions", json=CHAT)
        assert 'vllm:prompt_tokens_total{model_name="tiny"} 11' in await (await client.get("/metrics")).text()

    served(scenario)


def test_an_api_key_is_asked_for_where_one_is_set() -> None:
    async def scenario(client: Any, _: ModelServer) -> None:  # noqa: ANN401  # the test client
        assert (await client.get("/v1/models")).status == 401
        good = await client.get("/v1/models", headers={"Authorization": "Bearer canary-key"})
        assert good.status == 200

    served(scenario, api_key="canary-key")


def test_a_client_that_leaves_has_its_tokens_in_the_ledger_unfinished() -> None:
    seen: list[ModelServer] = []

    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        body = {"model": "tiny", "prompt": "x" * 60_000, "stream": True, "max_tokens": 8, "n": 3000}
        response = await client.post("/v1/completions", json=body)
        await response.content.readany()
        response.close()
        seen.append(server)

    served(scenario, max_model_len=1_000_000)
    entry = seen[0].ledger.entries[0]
    assert 0 < entry.completion_tokens < 24_000
    assert not entry.completed


@given(st.text())
def test_tokens_joined_are_the_text_again(text: str) -> None:
    tokenizer = Tokenizer()
    assert "".join(tokenizer.pieces(text)) == text
    assert tokenizer.decode(tokenizer.encode(text)) == text
    assert tokenizer.count(text) == len(tokenizer.pieces(text))


def test_the_containers_arguments_are_read_as_vllm_reads_them() -> None:
    given_arguments = [
        "serve",
        "--model=/mnt/models",
        "--served-model-name=a",
        "b",
        "--max-model-len",
        "8k",
        "--dtype=auto",
    ]
    arguments = from_environment(json.dumps(given_arguments))
    assert (arguments.names, arguments.max_model_len, arguments.model) == (("a", "b"), 8000, "/mnt/models")
    assert from_environment(None).names == ("stub",)
    assert from_environment('["--model", "m", "--task=embed"]').embeddings is True
