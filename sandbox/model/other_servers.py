"""The surfaces of model servers besides vLLM: embeddings, documents, images, judgements; answers without a model."""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.model.generation import embedding
from sandbox.model.server import ModelServer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Middleware

_DIMENSIONS = 64
_MOST_BODY = 64 * 1024 * 1024
_PNG = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
        "000000050001a5f645400000000049454e44ae426082"
    )
).decode()
"""A picture of one transparent dot."""


class RefusedRequestError(Exception):
    """A request that the server does not take, with the status and words of its own."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body))
        self.status = status
        self.body = dict(body)


class OtherServer(ModelServer):
    """What these servers share: ledger, control port, and refusals in a shape of their own."""

    def application(self) -> web.Application:
        """The port of the container."""
        middlewares = [self._log.middleware, self._answered()]
        application = web.Application(client_max_size=_MOST_BODY, middlewares=middlewares)
        for route, handler in self.routes().items():
            verb, _, path = route.partition(" ")
            application.router.add_route(verb, path, handler)
        return application

    def routes(self) -> dict[str, Any]:
        """`<verb> <path>` to its handler."""
        return {}

    def _answered(self) -> Middleware:
        @web.middleware
        async def answered(request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401  # aiohttp's own
            try:
                response: web.StreamResponse = await handler(request)
            except RefusedRequestError as refused:
                self.ledger.failures[refused.status] += 1
                return web.json_response(refused.body, status=refused.status)
            return response

        return answered

    async def _given(self, request: web.Request) -> dict[str, Any]:
        try:
            data = json.loads(await request.read())
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise RefusedRequestError(422, {"detail": "Input should be a valid JSON object"})
        return data

    def _count(self, request: web.Request, tokens: int) -> None:
        number = request.headers.get("X-Request-Id") or uuid.uuid4().hex
        entry = self.ledger.open(number, request.path, self.arguments.names[0], tokens, stream=False)
        entry.completed = True


class TextEmbeddingsServer(OtherServer):
    """Text Embeddings Inference (text-embeddings-inference, docs/openapi.json, router/src/http/server.rs)."""

    def routes(self) -> dict[str, Any]:
        """The documented paths."""
        return {
            "GET /health": self._health,
            "GET /info": self._info,
            "GET /metrics": self._figures,
            "POST /embed": self._embed,
            "POST /embed_all": self._embed_all,
            "POST /embed_sparse": self._embed_sparse,
            "POST /similarity": self._similarity,
            "POST /tokenize": self._pieces,
            "POST /decode": self._decode,
            "POST /predict": self._predict,
            "POST /rerank": self._rerank,
            "POST /v1/embeddings": self._openai,
        }

    async def _info(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "model_id": self.arguments.model,
                "model_type": {"embedding": {"pooling": "mean"}},
                "max_input_length": self.arguments.max_model_len,
                "max_client_batch_size": self.arguments.batch,
                "version": "1.8.2",
            }
        )

    async def _figures(self, _: web.Request) -> web.Response:
        lines = ["# TYPE te_request_count counter\n", f"te_request_count {len(self.ledger.entries)}\n"]
        return web.Response(text="".join(lines), content_type="text/plain")

    async def _embed(self, request: web.Request) -> web.Response:
        texts = self._texts(request, (await self._given(request)).get("inputs"))
        return web.json_response([embedding(text, _DIMENSIONS) for text in texts])

    async def _embed_all(self, request: web.Request) -> web.Response:
        texts = self._texts(request, (await self._given(request)).get("inputs"))
        return web.json_response([[embedding([piece], _DIMENSIONS) for piece in text] for text in texts])

    async def _embed_sparse(self, request: web.Request) -> web.Response:
        texts = self._texts(request, (await self._given(request)).get("inputs"))
        found = [[{"index": i, "value": abs(v)} for i, v in enumerate(embedding(text, 8))] for text in texts]
        return web.json_response(found)

    async def _similarity(self, request: web.Request) -> web.Response:
        inputs = (await self._given(request)).get("inputs")
        if not isinstance(inputs, dict):
            raise _refused("`inputs` must have source_sentence and sentences")
        texts = self._texts(request, inputs.get("sentences"))
        return web.json_response([abs(embedding(text, 1)[0]) for text in texts])

    async def _pieces(self, request: web.Request) -> web.Response:
        texts = self._texts(request, (await self._given(request)).get("inputs"))
        return web.json_response(
            [
                [
                    {"id": number, "text": piece, "special": False, "start": None, "stop": None}
                    for number, piece in zip(self._tokenizer.encode("".join(text)), text, strict=True)
                ]
                for text in texts
            ]
        )

    async def _decode(self, request: web.Request) -> web.Response:
        ids = (await self._given(request)).get("ids")
        if not isinstance(ids, list):
            raise _refused("`ids` must be a list")
        many = ids if ids and isinstance(ids[0], list) else [ids]
        return web.json_response([self._tokenizer.decode(one) for one in many])

    async def _predict(self, _: web.Request) -> web.Response:
        raise RefusedRequestError(424, {"error": "model is not a classifier model", "error_type": "Backend"})

    async def _rerank(self, request: web.Request) -> web.Response:
        body = await self._given(request)
        texts = self._texts(request, body.get("texts"))
        query = str(body.get("query", ""))
        scores = [{"index": i, "score": abs(embedding([query, *text], 1)[0])} for i, text in enumerate(texts)]
        return web.json_response(sorted(scores, key=lambda one: float(one["score"]), reverse=True))

    async def _openai(self, request: web.Request) -> web.Response:
        texts = self._texts(request, (await self._given(request)).get("input"))
        used = sum(len(text) for text in texts)
        data = [
            {"object": "embedding", "embedding": embedding(text, _DIMENSIONS), "index": index}
            for index, text in enumerate(texts)
        ]
        usage = {"prompt_tokens": used, "total_tokens": used}
        return web.json_response({"object": "list", "data": data, "model": self.arguments.model, "usage": usage})

    def _texts(self, request: web.Request, given: object) -> list[list[str]]:
        """The texts of a request, cut into tokens and counted.

        Raises:
            RefusedRequestError: 413, too many or too long; 422, none.
        """
        many = [given] if isinstance(given, str) else given
        if not isinstance(many, list) or not many or not all(isinstance(one, str) for one in many):
            raise RefusedRequestError(422, {"error": "`inputs` must be a text or texts", "error_type": "Tokenizer"})
        if len(many) > self.arguments.batch:
            raise _refused(f"batch size {len(many)} > maximum allowed batch size {self.arguments.batch}")
        texts = [self._tokenizer.pieces(one) for one in many]
        longest = max(len(text) for text in texts)
        if longest > self.arguments.max_model_len and not self.arguments.truncate:
            allowed = self.arguments.max_model_len
            raise _refused(f"Input validation error: `inputs` must have less than {allowed} tokens. Given: {longest}")
        texts = [text[: self.arguments.max_model_len] for text in texts]
        self._count(request, sum(len(text) for text in texts))
        return texts


class DoclingServer(OtherServer):
    """Docling, in both shapes of its paths."""

    def routes(self) -> dict[str, Any]:
        """Paths of the older server and of docling-serve."""
        converting = ("/process_url", "/process_file", "/v1/convert/source", "/v1/convert/file")
        fixed = {"GET /health": self._alive, "GET /version": self._version}
        return {**fixed, **{f"POST {path}": self._convert for path in converting}}

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def _convert(self, request: web.Request) -> web.Response:
        size = len(await request.read())
        if not size:
            raise RefusedRequestError(422, {"detail": [{"loc": ["body"], "msg": "Field required", "type": "missing"}]})
        self._count(request, 0)
        text = f"A document of {size} bytes."
        return web.json_response({"document": {"md_content": text}, "status": "success", "processing_time": 0.01})


class ImageServer(OtherServer):
    """A server that draws the same picture for every text."""

    def routes(self) -> dict[str, Any]:
        """Jobs and their progress, and OpenAI's path."""
        return {
            "GET /health": self._alive,
            "POST /generate": self._generate,
            "GET /progress/{job}": self._progress,
            "POST /v1/images/generations": self._images,
        }

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "healthy"})

    async def _generate(self, request: web.Request) -> web.Response:
        self._prompt(await self._given(request))
        self._count(request, 0)
        return web.json_response({"job_id": uuid.uuid4().hex})

    async def _progress(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "completed", "image": _PNG, "processing_time": 0.01})

    async def _images(self, request: web.Request) -> web.Response:
        self._prompt(await self._given(request))
        self._count(request, 0)
        return web.json_response({"created": int(time.time()), "data": [{"b64_json": _PNG}]})

    def _prompt(self, body: Mapping[str, Any]) -> None:
        if not isinstance(body.get("prompt"), str):
            raise RefusedRequestError(
                422, {"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}]}
            )


class SafetyServer(OtherServer):
    """A judge by KServe's V1 protocol (kserve, docs/predict-api/v1)."""

    def routes(self) -> dict[str, Any]:
        """Liveness, readiness, the list of models, predictions."""
        return {
            "GET /": self._alive,
            "GET /v2/health/ready": self._ready,
            "GET /v1/models": self._listed,
            "GET /v1/models/{name}": self._one,
            "POST /v1/models/{name}:predict": self._judge,
        }

    async def _alive(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def _ready(self, _: web.Request) -> web.Response:
        return web.json_response({"ready": True})

    async def _listed(self, _: web.Request) -> web.Response:
        return web.json_response({"models": list(self.arguments.names)})

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response({"name": self._named(request), "ready": True})

    async def _judge(self, request: web.Request) -> web.Response:
        self._named(request)
        instances = (await self._given(request)).get("instances")
        if not isinstance(instances, list):
            raise RefusedRequestError(400, {"error": 'Expected "instances" to be a list'})
        self._count(request, 0)
        return web.json_response({"predictions": [{"is_nsfw": False} for _ in instances]})

    def _named(self, request: web.Request) -> str:
        name = request.match_info["name"]
        if name not in self.arguments.names:
            raise RefusedRequestError(404, {"error": f"Model with name {name} does not exist."})
        return name


SERVERS: Mapping[str, type[ModelServer]] = {
    "vllm": ModelServer,
    "tei": TextEmbeddingsServer,
    "docling": DoclingServer,
    "image": ImageServer,
    "safety": SafetyServer,
}
"""The server of each engine."""


def _refused(message: str) -> RefusedRequestError:
    return RefusedRequestError(413, {"error": message, "error_type": "Validation"})
