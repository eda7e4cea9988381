"""Requests and answers of the model servers, as JSON Schema for OpenAPI 3.0; pure data.

Fields: vLLM, docs/serving/openai_compatible_server.md; text-embeddings-inference, docs/openapi.json; the others as
`components.config.operations` names their sources. The common ones are named; every object admits further ones, so
that a newer server's fields are not refused by somebody's generated client.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
"""One JSON Schema."""

JSON = "application/json"
"""Media type of requests and answers."""

_TEXT, _FLAG, _WHOLE, _NUMBER = ({"type": kind} for kind in ("string", "boolean", "integer", "number"))
_COUNT = {"type": "integer", "minimum": 0}
_ANYTHING: Schema = {"type": "object", "additionalProperties": True}


def reference(name: str) -> dict[str, str]:
    """A reference to the schema `name` below."""
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: tuple[str, ...] = (), /, **properties: Schema) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object", "properties": dict(properties), "additionalProperties": True}
    return {**schema, "required": list(required)} if required else schema


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _one_of(*schemas: Schema) -> Schema:
    return {"oneOf": list(schemas)}


_SAMPLING: Mapping[str, Schema] = {
    "max_tokens": {"type": "integer", "minimum": 1},
    "temperature": {**_NUMBER, "minimum": 0},
    "top_p": {**_NUMBER, "minimum": 0, "maximum": 1},
    "n": {"type": "integer", "minimum": 1},
    "stop": _one_of(_TEXT, _list(_TEXT)),
    "seed": _WHOLE,
    "stream": _FLAG,
    "stream_options": reference("StreamOptions"),
}
_MESSAGE = _object(
    ("role",),
    role={"type": "string", "enum": ["system", "user", "assistant", "tool"]},
    content=_one_of(_TEXT, _list(_ANYTHING)),
)
_ANSWER: Mapping[str, Schema] = {"id": _TEXT, "model": _TEXT, "usage": reference("Usage")}

SCHEMAS: Mapping[str, Schema] = {
    "ChatCompletionRequest": _object(
        ("model", "messages"),
        model=reference("Model"),
        messages=_list(reference("Message")),
        tools=_list(_ANYTHING),
        tool_choice=_one_of(_TEXT, _ANYTHING),
        response_format=_ANYTHING,
        **_SAMPLING,
    ),
    "ChatCompletion": _object(choices=_list(_object(index=_WHOLE, message=reference("Message"))), **_ANSWER),
    "CompletionRequest": _object(
        ("model", "prompt"), model=reference("Model"), prompt=_one_of(_TEXT, _list(_TEXT)), **_SAMPLING
    ),
    "Completion": _object(choices=_list(_object(index=_WHOLE, text=_TEXT)), **_ANSWER),
    "EmbeddingRequest": _object(
        ("model", "input"),
        model=reference("Model"),
        input=_one_of(_TEXT, _list(_TEXT)),
        encoding_format={"type": "string", "enum": ["float", "base64"]},
        dimensions={"type": "integer", "minimum": 1},
    ),
    "Embeddings": _object(
        data=_list(_object(index=_WHOLE, embedding=_one_of(_list(_NUMBER), _TEXT))),
        model=_TEXT,
        usage=reference("Usage"),
    ),
    "TokenizeRequest": _object(
        ("model",),
        model=reference("Model"),
        prompt=_TEXT,
        messages=_list(reference("Message")),
        add_special_tokens=_FLAG,
    ),
    "Tokens": _object(tokens=_list(_WHOLE), count=_COUNT, max_model_len=_COUNT),
    "DetokenizeRequest": _object(("model", "tokens"), model=reference("Model"), tokens=_list(_WHOLE)),
    "Prompt": _object(prompt=_TEXT),
    "Models": _object(data=_list(_object(id=_TEXT, max_model_len=_COUNT))),
    "Version": _object(version=_TEXT),
    "Message": _MESSAGE,
    "StreamOptions": _object(include_usage=_FLAG, continuous_usage_stats=_FLAG),
    "Usage": _object(prompt_tokens=_COUNT, completion_tokens=_COUNT, total_tokens=_COUNT),
    "ValidationError": _object(
        detail=_list(_object(("loc", "msg", "type"), loc=_list(_one_of(_TEXT, _WHOLE)), msg=_TEXT, type=_TEXT))
    ),
    "Texts": _object(("inputs",), inputs=_one_of(_TEXT, _list(_TEXT)), truncate=_FLAG),
    "Vectors": _list(_list(_NUMBER)),
    "VectorsOfTokens": _list(_list(_list(_NUMBER))),
    "SparseVectors": _list(_list(_object(index=_WHOLE, value=_NUMBER))),
    "Pairs": _object(("inputs",), inputs=_object(source_sentence=_TEXT, sentences=_list(_TEXT))),
    "Scores": _list(_NUMBER),
    "Ids": _object(("ids",), ids=_list(_WHOLE)),
    "TextList": _list(_TEXT),
    "Labels": _list(_object(label=_TEXT, score=_NUMBER)),
    "RankRequest": _object(("query", "texts"), query=_TEXT, texts=_list(_TEXT), return_text=_FLAG),
    "Ranks": _list(_object(index=_WHOLE, score=_NUMBER, text=_TEXT)),
    "ImageRequest": _object(("prompt",), prompt=_TEXT, n={"type": "integer", "minimum": 1}, size=_TEXT),
    "Job": _object(job_id=_TEXT),
    "Progress": _object(status=_TEXT, position=_WHOLE, image=_TEXT),
    "Images": _object(created=_WHOLE, data=_list(_object(b64_json=_TEXT, url=_TEXT))),
    "Instances": _object(("instances",), instances=_list(_ANYTHING)),
    "Predictions": _object(predictions=_list(_ANYTHING)),
    "Anything": _ANYTHING,
}
"""Every schema by name, `Model` apart: that one names the model."""

_VLLM: Mapping[str, tuple[str, str]] = {
    "POST /v1/chat/completions": ("ChatCompletionRequest", "ChatCompletion"),
    "POST /v1/completions": ("CompletionRequest", "Completion"),
    "POST /v1/embeddings": ("EmbeddingRequest", "Embeddings"),
    "GET /v1/models": ("", "Models"),
    "GET /version": ("", "Version"),
    "POST /tokenize": ("TokenizeRequest", "Tokens"),
    "POST /detokenize": ("DetokenizeRequest", "Prompt"),
    "GET /health": ("", ""),
    "GET /metrics": ("", ""),
}
_OTHERS: Mapping[str, tuple[str, str]] = {
    "POST /embed": ("Texts", "Vectors"),
    "POST /embed_all": ("Texts", "VectorsOfTokens"),
    "POST /embed_sparse": ("Texts", "SparseVectors"),
    "POST /similarity": ("Pairs", "Scores"),
    "POST /decode": ("Ids", "TextList"),
    "POST /predict": ("Texts", "Labels"),
    "POST /rerank": ("RankRequest", "Ranks"),
    "GET /info": ("", "Anything"),
    "POST /process_url": ("Anything", "Anything"),
    "POST /process_file": ("Anything", "Anything"),
    "POST /v1/convert/source": ("Anything", "Anything"),
    "POST /v1/convert/file": ("Anything", "Anything"),
    "POST /generate": ("ImageRequest", "Job"),
    "GET /progress/{job}": ("", "Progress"),
    "POST /v1/images/generations": ("ImageRequest", "Images"),
    "POST /v1/models/{name}:predict": ("Instances", "Predictions"),
}

KNOWN = {**_VLLM, **_OTHERS}
"""Schemas of request and answer by method and path; an empty name for a body that is none or no JSON."""

FILES = frozenset({"POST /process_file", "POST /v1/convert/file"})
"""Operations whose request is a form with files."""

STREAMED = frozenset({"POST /v1/chat/completions", "POST /v1/completions"})
"""Operations that answer with server-sent events where `stream` is true."""
