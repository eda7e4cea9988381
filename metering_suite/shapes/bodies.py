"""JSON bodies that a decoder and an encoder would not give back byte for byte."""

from __future__ import annotations

from metering_suite.shapes import model as m
from metering_suite.shapes.model import Ask, Reply, Shape

_DEEP = 400
"""Levels of arrays; Python's decoder stops near 1,000 and cjson at 1,000 (its manual, decode_max_depth)."""


def _body(name: str, says: str, member: str) -> Shape:
    return Shape(name=name, says=says, ask=Ask(body=f'{{"model":"<model>",<stream>{member},{m.MESSAGES}}}'))


def _text(name: str, says: str, body: str, *, modes: tuple[m.Mode, ...] = m.BOTH) -> Shape:
    return Shape(name=name, says=says, modes=modes, ask=Ask(body=body))


SHAPES = (
    _body("empty-arrays", "Empty arrays stay arrays", '"stop":[],"tools":[ ],"logit_bias":{}'),
    _body("long-integers", "Integers of 16 to 20 digits stay exact", '"seed":12345678901234567,"id":9007199254740993'),
    _body("huge-integers", "Integers beyond 64 bits", '"id":123456789012345678901234567890'),
    _body("floats", "Floats and exponents as written", '"temperature":0.70,"top_p":1e-1,"bias":1.0E+10,"x":-0.0'),
    _body("long-floats", "More digits than a double has", '"temperature":0.12345678901234567890123'),
    _body("not-a-number", "NaN and Infinity, which Python's decoder takes", '"bias":NaN,"x":-Infinity'),
    _body("null-fields", "Null fields", '"stop":null,"user":null,"tools":null'),
    _body("unicode", "Letters of many scripts, as they are", '"user":"Žofie 日本語 🙂 \u2028"'),
    _body("escapes", "Escapes as they are", '"user":"\\u017dofie \\ud83d\\ude42 \\/ \\t \\u0000"'),
    _body("deep", "A deep body", f'"metadata":{"[" * _DEEP}{"]" * _DEEP}'),
    _body("many-keys", "Two thousand keys", ",".join(f'"key{number}":{number}' for number in range(2000))),
    _text(
        "key-order",
        "Messages first, model last",
        f'{{{m.MESSAGES},<stream>"zeta":1,"alpha":2,"model":"<model>"}}',
    ),
    _text(
        "whitespace",
        "Spaces, tabs and line ends between everything",
        ' \r\n{\t"model" : "<model>" ,\n\n <stream> "messages"\t:\n[ { "role" : "user" ,"content" : "D" } ] \r\n}\n ',
    ),
    _text(
        "duplicates",
        "A key twice: both stay",
        f'{{"model":"none","model":"<model>",<stream>"n":1,"n":1,{m.MESSAGES}}}',
    ),
    _text(
        "stream-twice",
        "`stream` false, then true: the last one counts",
        f'{{"model":"<model>","stream":false,{m.MESSAGES},"stream":true}}',
        modes=m.STREAM,
    ),
    _text(
        "stream-twice-off",
        "`stream` true, then false: the last one counts",
        f'{{"model":"<model>","stream":true,{m.MESSAGES},"stream":false}}',
        modes=m.PLAIN,
    ),
    _text(
        "options-twice",
        "`stream_options` true, then false: the last one counts",
        '{"model":"<model>","stream":true,"stream_options":{"include_usage":true},'
        f'{m.MESSAGES},"stream_options":{{"include_usage":false}}}}',
        modes=m.STREAM,
    ),
    _text(
        "include-twice",
        "`include_usage` true, then false: the last one counts",
        f'{{"model":"<model>","stream":true,"stream_options":{{"include_usage":true,"include_usage":false}},{m.MESSAGES}}}',
        modes=m.STREAM,
    ),
    _text(
        "escaped-stream",
        "The key `stream` written with an escape",
        f'{{"model":"<model>","\\u0073tream":true,{m.MESSAGES}}}',
        modes=m.STREAM,
    ),
    _text(
        "escaped-options",
        "The keys of the option written with escapes, and false",
        f'{{"model":"<model>","stream":true,"stream\\u005foptions":{{"include_\\u0075sage":false}},{m.MESSAGES}}}',
        modes=m.STREAM,
    ),
    Shape(
        name="byte-order-mark",
        says="A body that begins with a byte order mark, which Python's decoder takes",
        ask=Ask(charset="utf-8-sig"),
    ),
    Shape(name="utf-16", says="A body in UTF-16, which Python's decoder takes", ask=Ask(charset="utf-16")),
    Shape(
        name="unicode-answer",
        says="Letters of many scripts in the answer, as they are",
        reply=Reply(text="Žofie říká: 日本語 🙂 \u2028 ", size=200),
    ),
    Shape(
        name="escaped-answer",
        says="The same as escapes",
        reply=Reply(text="Žofie říká: 日本語 🙂 \u2028 ", size=200, ascii_only=True),
    ),
    Shape(
        name="indented-answer",
        says="An answer with line ends and spaces between everything",
        modes=m.PLAIN,
        reply=Reply(indent=2),
    ),
)
