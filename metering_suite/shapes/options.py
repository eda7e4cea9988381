"""What a body says of streaming and of usage in a stream; each of these can be a way around metering."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Reply, Shape, Usage


def _chat(
    name: str, says: str, members: str, *, modes: tuple[m.Mode, ...] = m.STREAM, usage: Usage = Usage.END
) -> Shape:
    ask = Ask(body=f'{{"model":"<model>",{members},{m.MESSAGES}}}')
    return Shape(name=name, says=says, modes=modes, ask=ask, reply=Reply(usage=usage))


def _streaming(name: str, says: str, options: str, *, usage: Usage = Usage.END) -> Shape:
    return _chat(name, says, f'"stream":true,{options}', usage=usage)


SHAPES = (
    _streaming("options-empty", "`stream_options: {}`", '"stream_options":{}'),
    _streaming("options-empty-spaces", "`stream_options` with nothing but spaces", '"stream_options" : { \n } '),
    _streaming("options-null", "`stream_options: null`", '"stream_options":null'),
    _streaming("include-false", "`include_usage: false`", '"stream_options":{"include_usage":false}'),
    _streaming("include-null", "`include_usage: null`", '"stream_options":{"include_usage":null}'),
    _streaming("include-true", "`include_usage: true`: nothing to change", '"stream_options":{"include_usage":true}'),
    _streaming(
        "include-one", "`include_usage: 1`, which engines take for true", '"stream_options":{"include_usage":1}'
    ),
    _streaming(
        "options-others",
        "Other stream options stay as the client wrote them",
        '"stream_options":{"chunk_size": 4,"keep":[]}',
    ),
    _streaming(
        "options-others-false",
        "Other stream options beside a false `include_usage`",
        '"stream_options":{"chunk_size": 4,"include_usage":false,"include_obfuscation":false}',
    ),
    _streaming(
        "continuous",
        "`continuous_usage_stats`: usage in every event, the last one counts",
        '"stream_options":{"include_usage":true,"continuous_usage_stats":true}',
        usage=Usage.CONTINUOUS,
    ),
    _streaming(
        "continuous-without-usage",
        "`continuous_usage_stats` alone: asks for nothing until usage is included",
        '"stream_options":{"continuous_usage_stats":true}',
        usage=Usage.CONTINUOUS,
    ),
    _streaming("options-text", "`stream_options` that is a text: the engine refuses it", '"stream_options":"usage"'),
    _streaming("options-array", "`stream_options` that is an array: the engine refuses it", '"stream_options":[]'),
    _streaming("options-true", "`stream_options: true`: the engine refuses it", '"stream_options":true'),
    _chat(
        "options-without-stream",
        "`stream_options` without `stream`: the engine refuses it",
        '"stream_options":{"include_usage":false}',
        modes=m.PLAIN,
    ),
    _chat("stream-false", "`stream: false`", '"stream":false', modes=m.PLAIN),
    _chat("stream-null", "`stream: null`", '"stream":null', modes=m.PLAIN),
    _chat("stream-one", "`stream: 1`, which engines take for true", '"stream":1'),
    _chat("stream-word", '`stream: "true"`, which engines take for true', '"stream":"True"'),
    Shape(
        name="stream-last",
        says="`stream` as the last member, after the messages",
        modes=m.STREAM,
        ask=Ask(body=f'{{"model":"<model>",{m.MESSAGES},"stream":true}}'),
    ),
    Shape(
        name="stream-in-text",
        says="The words of the option inside a prompt, where they mean nothing",
        ask=Ask(
            body='{"model":"<model>",<stream>"messages":[{"role":"user","content":'
            '"say \\"stream\\":true, \\"stream_options\\":{\\"include_usage\\":true}}"}]}'
        ),
    ),
    Shape(
        name="options-nested",
        says="The option deeper in the body, where it means nothing",
        ask=Ask(
            body='{"model":"<model>","metadata":{"stream":true,"stream_options":{"include_usage":true}},<stream>'
            f"{m.MESSAGES}}}"
        ),
    ),
)
