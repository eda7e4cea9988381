"""The engine reads a body as the real one does."""

from __future__ import annotations

import pytest

from metering_suite.engine.request import Asked, RefusedError, asked, flag
from metering_suite.shapes import model as m

STREAM = '{"messages":[],"stream":true%s}'


@pytest.mark.parametrize("value", [True, 1, 1.0, "1", "true", "True", "TRUE", "t", "on", "y", "yes"])
def test_what_pydantic_takes_for_true_is_true(value: object) -> None:
    assert flag(value)


@pytest.mark.parametrize("value", [None, False, 0, 0.0, "0", "false", "off", "f", "N", "no"])
def test_what_pydantic_takes_for_false_is_false(value: object) -> None:
    assert not flag(value)


@pytest.mark.parametrize("value", [2, -1, "", "maybe", [], {}, 0.5])
def test_what_is_no_boolean_is_refused(value: object) -> None:
    with pytest.raises(RefusedError):
        flag(value)


@pytest.mark.parametrize(
    ("options", "usage"),
    [
        ("", False),
        (',"stream_options":null', False),
        (',"stream_options":{}', False),
        (',"stream_options":{"include_usage":false}', False),
        (',"stream_options":{"include_usage":true}', True),
        (',"stream_options":{"include_usage":"yes"}', True),
        (',"stream_options":{"include_usage":true},"stream_options":{}', False),
        (',"stream_\\u006fptions":{"include_usage":true}', True),
    ],
)
def test_usage_is_told_only_when_the_last_of_the_options_asks_for_it(options: str, *, usage: bool) -> None:
    assert asked(m.CHAT, m.JSON, (STREAM % options).encode()) == Asked(stream=True, usage=usage)


@pytest.mark.parametrize("options", ['"yes"', "[]", "true", "1"])
def test_options_that_are_no_object_are_refused(options: str) -> None:
    with pytest.raises(RefusedError, match="stream_options"):
        asked(m.CHAT, m.JSON, (STREAM % f',"stream_options":{options}').encode())


def test_options_without_a_stream_are_refused_unless_they_are_empty() -> None:
    with pytest.raises(RefusedError, match="only be defined"):
        asked(m.CHAT, m.JSON, b'{"stream_options":{"include_usage":true}}')
    assert asked(m.CHAT, m.JSON, b'{"stream_options":{}}') == Asked()


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_marks_and_other_codings_are_taken_as_python_takes_them(coding: str) -> None:
    assert asked(m.CHAT, m.JSON, (STREAM % "").encode(coding)).stream


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON", "application/json;charset=utf-8"])
def test_json_is_json_in_any_case_and_with_any_charset(kind: str) -> None:
    assert asked(m.CHAT, kind, b"{}") == Asked()


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/jsonl"])
def test_another_type_is_refused(kind: str) -> None:
    with pytest.raises(RefusedError, match="Unsupported Media Type"):
        asked(m.CHAT, kind, b"{}")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"null", b"\xff{}", b"{}{}"])
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError):
        asked(m.CHAT, m.JSON, body)


def test_other_calls_tell_usage_without_being_asked() -> None:
    assert asked(m.RESPONSES, m.JSON, b'{"stream":true}') == Asked(stream=True, usage=True)
    form = b'--x\r\nContent-Disposition: form-data; name="stream"\r\n\r\ntrue\r\n--x--\r\n'
    assert asked(m.AUDIO, "multipart/form-data; boundary=x", form) == Asked(stream=True, usage=True)
    with pytest.raises(RefusedError, match="file"):
        asked(m.AUDIO, m.JSON, b"{}")
