"""Kinds of calls: each endpoint that uses tokens, and what their answers can hold."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Reply, Shape

COMPLETION_BODY = '{"model":"<model>",<stream>"prompt":"Once upon a time","max_tokens":16}'
RESPONSES_BODY = '{"model":"<model>",<stream>"input":"How long is a day?"}'
EMBEDDINGS_BODY = '{"model":"<model>","input":["How long is a day?","And a night?"]}'
RERANK_BODY = '{"model":"<model>","query":"day","documents":["A day.","A night."]}'
TOOLS = '"tools":[{"type":"function","function":{"name":"clock","parameters":{"type":"object","properties":{}}}}],'
BOUNDARY = "----metering7MA4YWxkTrZu0gW"
"""Fixed, so that a body is the same in every run."""
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def form(*fields: tuple[str, str]) -> str:
    """A multipart body with these fields and a small sound file."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields
    ]
    sound = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n'
    content = 'Content-Type: audio/wav\r\n\r\nRIFF\x00\x01\x02 {"stream":true,"messages":[]}\r\n'
    return "".join([*parts, sound, content, f"--{BOUNDARY}--\r\n"])


SHAPES = (
    Shape(name="chat", says="A chat completion"),
    Shape(name="completion", says="A text completion", ask=Ask(path=m.COMPLETIONS, body=COMPLETION_BODY)),
    Shape(
        name="embeddings",
        says="Embeddings: prompt tokens only",
        modes=m.PLAIN,
        ask=Ask(path=m.EMBEDDINGS, body=EMBEDDINGS_BODY),
    ),
    Shape(
        name="responses",
        says="The responses API: usage in other words, in a stream inside `response`",
        ask=Ask(path=m.RESPONSES, body=RESPONSES_BODY),
        reply=Reply(details=True),
    ),
    Shape(
        name="responses-event-names",
        says="The responses API with the name of each event in its own line",
        modes=m.STREAM,
        ask=Ask(path=m.RESPONSES, body=RESPONSES_BODY),
        reply=Reply(frame=m.Frame(fields=("event: response.<n>",))),
    ),
    Shape(
        name="responses-prompt",
        says="The responses API with a prompt that is a reference: not a text completion",
        ask=Ask(path=m.RESPONSES, body='{"model":"<model>",<stream>"prompt":{"id":"pmpt-1","variables":{}}}'),
    ),
    Shape(
        name="rerank",
        says="A ranking: the total is all that is told",
        modes=m.PLAIN,
        ask=Ask(path=m.RERANK, body=RERANK_BODY),
    ),
    Shape(
        name="transcription",
        says="A transcription: multipart request, JSON answer with tokens",
        modes=m.PLAIN,
        ask=Ask(path=m.AUDIO, content_type=MULTIPART, body=form(("model", "<model>"))),
    ),
    Shape(
        name="transcription-stream",
        says="A transcription as a stream, its usage in the last event",
        modes=m.STREAM,
        ask=Ask(path=m.AUDIO, content_type=MULTIPART, body=form(("model", "<model>"), ("stream", "true"))),
    ),
    Shape(
        name="transcription-seconds",
        says="A transcription whose usage is seconds: there are no tokens to count",
        modes=m.PLAIN,
        ask=Ask(path=m.AUDIO, content_type=MULTIPART, body=form(("model", "<model>"))),
        reply=Reply(usage=m.Usage.DURATION),
    ),
    Shape(
        name="tool-calls",
        says="An answer of tool calls, with text that looks like usage in the arguments",
        ask=Ask(body=m.CHAT_BODY.replace("<stream>", "<stream>" + TOOLS)),
        reply=Reply(tools=True),
    ),
    Shape(
        name="several-choices",
        says="Three choices, one usage",
        ask=Ask(body=m.CHAT_BODY.replace("<stream>", '<stream>"n":3,')),
        reply=Reply(choices=3),
    ),
    Shape(name="details", says="Reasoning and cached tokens among the details", reply=Reply(details=True)),
)
