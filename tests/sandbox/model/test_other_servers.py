"""The stub's other surfaces: what a client of embeddings, documents, images or judgements meets."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from sandbox.model.arguments import from_environment
from sandbox.model.other_servers import SERVERS
from sandbox.request_log import RequestLog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sandbox.model.server import ModelServer


def served(engine: str, scenario: Callable[[Any, ModelServer], Awaitable[None]], *arguments: str) -> None:
    async def run() -> None:
        server = SERVERS[engine](from_environment(json.dumps(list(arguments))), RequestLog(None, "model"))
        async with TestClient(TestServer(server.application())) as client:
            await scenario(client, server)

    asyncio.run(run())


async def answer(client: Any, path: str, body: object) -> Any:  # noqa: ANN401  # the test client; any JSON
    response = await client.post(path, json=body)
    assert response.status == 200, await response.text()
    return await response.json()


def test_text_embeddings_answer_on_all_their_paths() -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        one, two = await answer(client, "/embed", {"inputs": ["Hello there", "again"]})
        assert len(one) == len(two) == 64
        assert one == (await answer(client, "/embed", {"inputs": "Hello there"}))[0]
        assert len((await answer(client, "/embed_all", {"inputs": "Hello there"}))[0]) == 3
        assert {"index", "value"} == set((await answer(client, "/embed_sparse", {"inputs": "x"}))[0][0])
        pair = {"source_sentence": "a", "sentences": ["b", "c"]}
        assert len(await answer(client, "/similarity", {"inputs": pair})) == 2
        (pieces,) = await answer(client, "/tokenize", {"inputs": "Hello there"})
        assert await answer(client, "/decode", {"ids": [piece["id"] for piece in pieces]}) == ["Hello there"]
        ranked = await answer(client, "/rerank", {"query": "a", "texts": ["b", "c", "d"]})
        assert [one["score"] for one in ranked] == sorted((one["score"] for one in ranked), reverse=True)
        openai = await answer(client, "/v1/embeddings", {"input": ["Hello there"], "model": "any"})
        assert openai["usage"] == {"prompt_tokens": 3, "total_tokens": 3}
        info = await (await client.get("/info")).json()
        assert (info["model_id"], info["max_client_batch_size"]) == ("/mnt/models", 32)
        assert (await client.get("/health")).status == 200
        assert "te_request_count 8" in await (await client.get("/metrics")).text()
        assert server.ledger.entries[0].prompt_tokens == 4

    served("tei", scenario, "--model-id=/mnt/models", "--port=8080")


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/embed", {"inputs": ["a"] * 3}, 413, "batch size 3 > maximum allowed batch size 2"),
        ("/embed", {"inputs": "one two three four five"}, 413, "must have less than 4 tokens. Given: 9"),
        ("/embed", {"inputs": []}, 422, "must be a text or texts"),
        ("/similarity", {"inputs": "a"}, 413, "source_sentence"),
        ("/decode", {"ids": "a"}, 413, "must be a list"),
        ("/predict", {"inputs": "a"}, 424, "not a classifier"),
    ],
)
def test_text_embeddings_refuse_in_their_own_words(path: str, body: object, status: int, said: str) -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        response = await client.post(path, json=body)
        assert response.status == status
        assert said in (await response.json())["error"]
        assert server.ledger.failures[status] == 1

    served("tei", scenario, "--max-client-batch-size=2", "--max-model-len=4")


def test_text_embeddings_cut_what_is_too_long_when_told_to() -> None:
    async def scenario(client: Any, _: ModelServer) -> None:  # noqa: ANN401  # the test client
        long = await answer(client, "/embed", {"inputs": "one two three"})
        assert long == await answer(client, "/embed", {"inputs": "one two "})

    served("tei", scenario, "--auto-truncate", "--max-model-len=4")


@pytest.mark.parametrize("path", ["/process_url", "/process_file", "/v1/convert/source", "/v1/convert/file"])
def test_docling_reads_documents(path: str) -> None:
    async def scenario(client: Any, server: ModelServer) -> None:  # noqa: ANN401  # the test client
        assert (await answer(client, path, {"url": "https://example.com/a.pdf"}))["status"] == "success"
        assert (await client.post(path)).status == 422
        assert await (await client.get("/health")).json() == {"status": "ok"}
        assert len(server.ledger.entries) == 1

    served("docling", scenario)


def test_an_image_comes_as_a_job_or_at_once() -> None:
    async def scenario(client: Any, _: ModelServer) -> None:  # noqa: ANN401  # the test client
        job = (await answer(client, "/generate", {"prompt": "a cat"}))["job_id"]
        assert (await (await client.get(f"/progress/{job}")).json())["status"] == "completed"
        assert (await answer(client, "/v1/images/generations", {"prompt": "a cat"}))["data"][0]["b64_json"]
        assert (await client.post("/generate", json={})).status == 422

    served("image", scenario)


def test_a_judge_speaks_kserves_protocol() -> None:
    async def scenario(client: Any, _: ModelServer) -> None:  # noqa: ANN401  # the test client
        found = await answer(client, "/v1/models/checker:predict", {"instances": ["a", "b"]})
        assert found == {"predictions": [{"is_nsfw": False}] * 2}
        assert await (await client.get("/v1/models")).json() == {"models": ["checker"]}
        assert await (await client.get("/v1/models/checker")).json() == {"name": "checker", "ready": True}
        assert (await client.get("/v2/health/ready")).status == 200
        assert (await client.post("/v1/models/other:predict", json={"instances": []})).status == 404
        assert (await client.post("/v1/models/checker:predict", json={})).status == 400
        assert (await client.post("/v1/models/checker:predict", data="no JSON")).status == 422

    served("safety", scenario, "--http_port=8080", "--model_name=checker")


def test_the_key_of_vllm_is_read_from_its_variable_unless_an_argument_has_one() -> None:
    assert from_environment('["--model=x"]', "secret").api_key == "secret"
    assert from_environment('["--api-key=other"]', "secret").api_key == "other"
    assert from_environment(None, None).api_key == ""
