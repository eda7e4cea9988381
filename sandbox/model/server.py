"""The model server's HTTP surface, with vLLM's paths, shapes and refusals, and the control port with the ledger."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.model import prompts
from sandbox.model.generation import Job, embedding, words
from sandbox.model.ledger import Ledger
from sandbox.model.prompts import RefusedError
from sandbox.model.tokenizer import Tokenizer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.typedefs import Middleware

    from sandbox.model.arguments import Arguments
    from sandbox.request_log import RequestLog

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERSION = "0.11.2"
"""The release whose shapes these are."""
_DIMENSIONS = 64
_MOST_BODY = 64 * 1024 * 1024
_GAUGES = ("vllm:num_requests_waiting", "vllm:num_requests_running", "vllm:kv_cache_usage_perc")


class ModelServer:
    """One served model, its tokenizer and its ledger; `token_seconds` is the time a streamed token takes."""

    def __init__(self, arguments: Arguments, log: RequestLog, token_seconds: float = 0.0) -> None:
        self.arguments = arguments
        self.ledger = Ledger()
        self._tokenizer = Tokenizer()
        self._log = log
        self._token_seconds = token_seconds
        self._started = int(time.time())

    def application(self) -> web.Application:
        """The port of the container."""
        middlewares = [self._log.middleware, self._refusals()]
        application = web.Application(client_max_size=_MOST_BODY, middlewares=middlewares)
        for path in ("/health", "/ping"):
            application.router.add_get(path, self._health)
        application.router.add_get("/version", self._version)
        application.router.add_get("/metrics", self._metrics)
        application.router.add_get("/v1/models", self._models)
        application.router.add_post("/v1/chat/completions", self._chat)
        application.router.add_post("/v1/completions", self._completions)
        application.router.add_post("/v1/embeddings", self._embeddings)
        application.router.add_post("/tokenize", self._tokenize)
        application.router.add_post("/detokenize", self._detokenize)
        return application

    def control(self) -> web.Application:
        """The control port: `GET /_ledger`, `DELETE /_ledger`."""
        application = web.Application()
        application.router.add_get("/_ledger", self._show_ledger)
        application.router.add_delete("/_ledger", self._clear_ledger)
        return application

    def _refusals(self) -> Middleware:
        """A middleware that turns refusals into vLLM's answers, and checks the API key where one is set."""

        @web.middleware
        async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
            key = self.arguments.api_key
            try:
                if key and request.path.startswith("/v1") and request.headers.get("Authorization") != f"Bearer {key}":
                    return web.json_response({"error": "Unauthorized"}, status=401)
                return await handler(request)
            except RefusedError as refused:
                self.ledger.failures[refused.status] += 1
                return web.json_response(refused.body, status=refused.status)
            except web.HTTPException as answer:
                # Starlette's shape for paths and methods nobody serves.
                return web.json_response({"detail": answer.reason}, status=answer.status)

        return answered

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"version": VERSION})

    async def _models(self, _: web.Request) -> web.Response:
        listed: list[dict[str, Any]] = [
            {
                "id": name,
                "object": "model",
                "created": self._started,
                "owned_by": "vllm",
                "root": self.arguments.model,
                "parent": None,
                "max_model_len": self.arguments.max_model_len,
                "permission": [],
            }
            for name in self.arguments.names
        ]
        return web.json_response({"object": "list", "data": listed})

    async def _metrics(self, _: web.Request) -> web.Response:
        name = self.arguments.names[0]
        done = [entry for entry in self.ledger.entries if entry.completed]
        counts = {
            "vllm:prompt_tokens_total": sum(entry.prompt_tokens for entry in self.ledger.entries),
            "vllm:generation_tokens_total": sum(entry.completion_tokens for entry in self.ledger.entries),
            "vllm:request_success_total": len(done),
        }
        # Every answer is there at once, so nobody waits and nothing stays in a cache.
        still = "".join(f'# TYPE {gauge} gauge\n{gauge}{{model_name="{name}"}} 0\n' for gauge in _GAUGES)
        lines = [
            f'# TYPE {metric} counter\n{metric}{{model_name="{name}"}} {value}\n' for metric, value in counts.items()
        ]
        return web.Response(text="".join(lines) + still, content_type="text/plain")

    async def _body(self, request: web.Request) -> dict[str, Any]:
        try:
            data = json.loads(await request.read())
        except ValueError:
            message = "[{'type': 'json_invalid', 'loc': ('body', 0), 'msg': 'JSON decode error'}]"
            raise prompts.bad(message) from None
        if not isinstance(data, dict):
            raise prompts.bad(
                "[{'type': 'model_attributes_type', 'loc': ('body',), 'msg': 'Input should be an object'}]"
            )
        return data

    def _generates(self, what: str) -> None:
        if self.arguments.embeddings:
            raise prompts.bad(f"The model does not support {what} API")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        prompts.model_name(self.arguments, body)
        self._generates("Chat Completions")
        text, extra = prompts.chat_text(body)
        prompt = self._tokenizer.pieces(text)
        used = len(prompt) + extra
        length = prompts.answer_length(self.arguments, body, used, prompts.CHAT_ANSWER)
        answers = [words(prompt, length, choice) for choice in range(prompts.choices(body))]
        return await self._generated(request, body, used, length, answers)

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        body = await self._body(request)
        prompts.model_name(self.arguments, body)
        self._generates("Completions")
        given = prompts.prompts(body, self._tokenizer, "prompt")
        used = sum(len(prompt) for prompt in given)
        longest = max(len(prompt) for prompt in given)
        length = prompts.answer_length(self.arguments, body, longest, prompts.DEFAULT_TOKENS)
        answers = [words(prompt, length, choice) for prompt in given for choice in range(prompts.choices(body))]
        return await self._generated(request, body, used, length, answers)

    async def _generated(
        self, request: web.Request, body: dict[str, Any], used: int, length: int, answers: list[list[str]]
    ) -> web.StreamResponse:
        name = prompts.model_name(self.arguments, body)
        at_end, always = prompts.usage_in_stream(body)
        number = request.headers.get("X-Request-Id") or uuid.uuid4().hex
        entry = self.ledger.open(number, request.path, name, used, stream=bool(body.get("stream")))
        job = Job(entry, "chat" in request.path, answers, length, at_end, always)
        if body.get("stream"):
            return await self._stream(request, job)
        entry.completion_tokens = sum(len(answer) for answer in answers)
        entry.completed = True
        return web.json_response(job.whole())

    async def _stream(self, request: web.Request, job: Job) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for event, tokens in job.events():
            if tokens and self._token_seconds:
                await asyncio.sleep(self._token_seconds)
            # Generated is generated, whether or not the client is still there to read it.
            job.entry.completion_tokens += tokens
            await response.write(event.encode())
        await response.write_eof()
        job.entry.completed = True
        return response

    async def _embeddings(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        name = prompts.model_name(self.arguments, body)
        if not self.arguments.embeddings:
            raise prompts.bad("The model does not support Embeddings API")
        given = prompts.prompts(body, self._tokenizer, "input")
        for prompt in given:
            prompts.answer_length(self.arguments, {}, len(prompt), 1)
        used = sum(len(prompt) for prompt in given)
        entry = self.ledger.open(uuid.uuid4().hex, request.path, name, used, stream=False)
        size = int(body.get("dimensions") or _DIMENSIONS)
        data = [
            {"index": index, "object": "embedding", "embedding": embedding(prompt, size)}
            for index, prompt in enumerate(given)
        ]
        entry.completed = True
        usage = {"prompt_tokens": used, "total_tokens": used, "completion_tokens": 0, "prompt_tokens_details": None}
        head = {"id": f"embd-{entry.request_id}", "object": "list", "created": int(time.time()), "model": name}
        return web.json_response({**head, "data": data, "usage": usage})

    async def _tokenize(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        prompts.model_name(self.arguments, body)
        text = prompts.chat_text(body)[0] if "messages" in body else str(body.get("prompt", ""))
        ids = self._tokenizer.encode(text)
        return web.json_response({"count": len(ids), "max_model_len": self.arguments.max_model_len, "tokens": ids})

    async def _detokenize(self, request: web.Request) -> web.Response:
        body = await self._body(request)
        prompts.model_name(self.arguments, body)
        ids = body.get("tokens")
        if not isinstance(ids, list) or not all(isinstance(number, int) for number in ids):
            raise prompts.bad("[{'type': 'missing', 'loc': ('body', 'tokens'), 'msg': 'Field required'}]", "tokens")
        return web.json_response({"prompt": self._tokenizer.decode(ids)})

    async def _show_ledger(self, _: web.Request) -> web.Response:
        return web.json_response(self.ledger.rendered())

    async def _clear_ledger(self, _: web.Request) -> web.Response:
        self.ledger.clear()
        return web.json_response({})
