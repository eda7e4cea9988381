"""What the policy changes in a request: usage asked for, and nothing else."""

import json
from collections.abc import Callable

import pytest

from tests.support.metered import Gateway

ASKED = b'"stream_options":{"include_usage":true}'


@pytest.mark.row("S-210")
@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (b'{"stream":true,"messages":[]}', b"{" + ASKED + b',"stream":true,"messages":[]}'),
        (
            b'{"stream":true,"messages":[],"stream_options":{}}',
            b'{"stream":true,"messages":[],"stream_options":{"include_usage":true}}',
        ),
        (
            b'{"stream":true,"messages":[],"stream_options":null}',
            b'{"stream":true,"messages":[],"stream_options":{"include_usage":true}}',
        ),
        (
            b'{"stream":true,"prompt":"x","stream_options":{"include_usage":false}}',
            b'{"stream":true,"prompt":"x","stream_options":{"include_usage":true}}',
        ),
        (
            b'{"stream":true,"prompt":"x","stream_options":{"include_usage": null ,"z":[]}}',
            b'{"stream":true,"prompt":"x","stream_options":{"include_usage": true ,"z":[]}}',
        ),
        (
            b'{"stream":true,"prompt":"x","stream_options": { "continuous_usage_stats":true } }',
            b'{"stream":true,"prompt":"x","stream_options": {"include_usage":true, "continuous_usage_stats":true } }',
        ),
    ],
    ids=["absent", "empty", "null", "false", "null inside", "other options"],
)
def test_a_stream_is_asked_for_usage_by_the_smallest_change(any_gateway: Gateway, given: bytes, sent: bytes) -> None:
    assert any_gateway.sent(given) == sent
    assert any_gateway.warnings == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"stream":true,"messages":[],"stream_options":{"include_usage":true}}',
        b'{"stream":true,"messages":[],"stream_options":"all"}',
        b'{"stream":true,"messages":[],"stream_options":7}',
        b'{"stream":true,"messages":[],"stream_options":[]}',
        b'{"stream":false,"messages":[]}',
        b'{"stream":null,"messages":[]}',
        b'{"stream":"false","messages":[]}',
        b'{"messages":[],"options":{"stream":true}}',
        b'{"messages":[{"content":"\\"stream\\":true, \\"stream_options\\":{}"}]}',
        b'{"stream":true,"input":"x"}',
        b'[{"stream":true,"messages":[]}]',
        b'{"stream":true,"messages":[]',
        b'{"stream":true,"messages":[],}',
        b'{"stream":true,"messages":[}]',
        b'{"stream":true,"messages":[]} {}',
        b'{"stream":true,"messages":}',
        b'{stream:true,"messages":[]}',
        b'"stream"',
        b"not JSON at all",
        b'{"stream":true,"messages":["\xff"]}',
        b'{"stream":true,"messages":["\xc3"]}',
        b'{"stream":true,"messages":["\xc0\xaf"]}',
        b'{"stream":true,"messages":["\xf4\x90\x80\x80"]}',
        b'{"stream":true,"messages":["\xe2\x82"]}',
        b"",
    ],
)
def test_any_other_body_goes_on_as_it_came(any_gateway: Gateway, body: bytes) -> None:
    assert any_gateway.sent(body) == body
    assert any_gateway.warnings == []


def test_half_a_pair_of_surrogates_is_read_as_engines_in_python_read_it(gateway: Gateway) -> None:
    body = b'{"stream":true,"messages":[],"x":"\xed\xa0\x80"}'
    assert json.loads(body)["stream"] is True
    assert gateway.sent(body) == b"{" + ASKED + b"," + body[1:]


def test_a_completion_of_embeddings_is_one(gateway: Gateway) -> None:
    body = b'{"stream":true,"prompt_embeds":"x"}'
    assert gateway.sent(body) == b"{" + ASKED + b"," + body[1:]


def test_depth_hides_nothing(gateway: Gateway) -> None:
    deep = b'{"x":' + b"[" * 20_000 + b"]" * 20_000 + b',"stream":true,"messages":[]}'
    assert gateway.sent(deep) == b"{" + ASKED + b"," + deep[1:]
    crossed = b'{"x":[{]},"stream":true,"messages":[]}'
    assert gateway.sent(crossed) == crossed


@pytest.mark.timeout(20)
def test_long_runs_of_white_space_take_no_time(gateway: Gateway) -> None:
    # A pattern that ends in white space took an hour for a megabyte; the limit of the test is its proof.
    space = b" " * 1_000_000
    for body in (
        b'{"messages":"' + space + b'","stream":true}',
        b'{"messages":[],"stream":true,"stream_options":"' + space + b'x"}',
        b'{"stream":' + space + b"true" + space + b',"messages":[]}',
        space + b'{"stream":true,"messages":[]}' + space,
    ):
        assert gateway.sent(body)


def test_every_character_of_utf_8_is_taken_for_one(gateway: Gateway) -> None:
    ends = [0x7F, 0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x3FFFF, 0x40000]
    text = "".join(map(chr, [*ends, 0xFFFFF, 0x100000, 0x10FFFF])).encode()
    assert gateway.sent(b'{"stream":true,"messages":["' + text + b'"]}').startswith(b"{" + ASKED)


@pytest.mark.parametrize(
    "lax", [b"1", b"1.00", b"1e0", b"10e-1", b'"true"', b'"True"', b'"1"', b'"on"', b'"YES"', b'"\\u0074rue"']
)
def test_what_engines_take_for_true_is_a_stream_too(gateway: Gateway, lax: bytes) -> None:
    sent = gateway.sent(b'{"stream":' + lax + b',"messages":[]}')
    assert sent == b"{" + ASKED + b',"stream":' + lax + b',"messages":[]}'


def test_a_name_written_with_escapes_hides_nothing(gateway: Gateway) -> None:
    sent = gateway.sent(b'{"messages":[],"\\u0073tream":true,"stre\\u0061m_options":{"include_us\\u0061ge":false}}')
    assert sent == b'{"messages":[],"\\u0073tream":true,"stre\\u0061m_options":{"include_us\\u0061ge":true}}'


def test_of_two_members_of_one_name_the_last_decides_as_it_does_in_the_engine(gateway: Gateway) -> None:
    first = b'{"stream":true,"messages":[],"stream_options":{"include_usage":true},"stream_options":{}}'
    expected = (
        b'{"stream":true,"messages":[],"stream_options":{"include_usage":true},"stream_options":{"include_usage":true}}'
    )
    assert gateway.sent(first) == expected
    off = b'{"stream":true,"messages":[],"stream":false}'
    assert gateway.sent(off) == off
    inside = b'{"stream":true,"messages":[],"stream_options":{"include_usage":true,"include_usage":false}}'
    assert json.loads(gateway.sent(inside))["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize(
    "rest",
    [
        b'"stop":[],"messages":[]',
        b'"seed":12345678901234567,"messages":[{"content":9007199254740993}]',
        b'"messages":[],"temperature":1E+2,"top_p":0.10000000000000000555',
        b'"user":"\\u00e9\\ud83d\\ude00\xc3\xa9\\/","messages":[]',
        b' "messages" :\t[ ],\r\n "tools": [ { } ]  ',
        b'"seed":1,"seed":2,"messages":[]',
    ],
)
def test_all_other_bytes_stay(gateway: Gateway, rest: bytes) -> None:
    given = b'{"stream":true,' + rest + b"}"
    assert gateway.sent(given) == b"{" + ASKED + b"," + given[1:]


def test_a_body_in_a_file_is_read(gateway: Gateway) -> None:
    body = b'{"messages":[{"content":"' + b"word " * 200_000 + b'"}],"stream":true}'
    assert gateway.sent(body) == b"{" + ASKED + b"," + body[1:]


def test_a_body_sent_in_chunks_is_read(gateway: Gateway) -> None:
    body = b'{"messages":[{"content":"' + b"word " * 4_000 + b'"}],"stream":true}'
    assert gateway.sent(body, Transfer_Encoding="chunked") == b"{" + ASKED + b"," + body[1:]


def test_a_byte_order_mark_is_passed_over_and_kept(gateway: Gateway) -> None:
    mark = b"\xef\xbb\xbf"
    assert (
        gateway.sent(mark + b'{"stream":true,"messages":[]}') == mark + b"{" + ASKED + b',"stream":true,"messages":[]}'
    )


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_body_in_another_encoding_is_changed_in_that_encoding(gateway: Gateway, encoding: str, mark: str) -> None:
    inside = '"stream":true,"messages":[{"content":"h\u00e9\u2028\U0001f600\u0122\u2200"}],"\u0122":{}'
    given = f"{mark}{{{inside}}}".encode(encoding)
    assert gateway.sent(given) == f"{mark}{{{ASKED.decode()},{inside}}}".encode(encoding)
    declined = f'{mark}{{"stream_options":{{"include_usage":false}},{inside}}}'
    assert gateway.sent(declined.encode(encoding)) == declined.replace("false", "true").encode(encoding)
    assert gateway.warnings == []


def test_usage_in_every_event_is_asked_for_only_when_configured(configured: Callable[..., Gateway]) -> None:
    gateway = configured(continuous_usage_stats=True)
    both = b'{"include_usage":true,"continuous_usage_stats":true}'
    assert (
        gateway.sent(b'{"stream":true,"messages":[]}')
        == b'{"stream_options":' + both + b',"stream":true,"messages":[]}'
    )
    assert gateway.sent(b'{"stream":true,"messages":[],"stream_options":{}}').endswith(
        b'"stream_options":' + both + b"}"
    )
    partly = b'{"stream":true,"messages":[],"stream_options":{"include_usage":false,"z":1}}'
    options = json.loads(gateway.sent(partly))["stream_options"]
    assert options == {"continuous_usage_stats": True, "include_usage": True, "z": 1}


def test_without_support_for_streams_no_request_changes(configured: Callable[..., Gateway]) -> None:
    body = b'{"stream":true,"messages":[]}'
    assert configured(enable_sse_support=False).sent(body) == body


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"])
def test_a_body_of_another_type_goes_on_as_it_came(gateway: Gateway, kind: str) -> None:
    body = b'{"stream":true,"messages":[]}'
    assert gateway.sent(body, Content_Type=kind) == body


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/vnd.api+json", ""]
)
def test_a_json_body_is_known_by_its_type_or_by_having_none(gateway: Gateway, kind: str) -> None:
    body = b'{"stream":true,"messages":[]}'
    assert gateway.sent(body, Content_Type=kind) == b"{" + ASKED + b"," + body[1:]


@pytest.mark.parametrize("uri", ["/v1/responses", "/v1/messages", "/v1/messages?beta=true"])
def test_operations_that_report_unasked_are_left_alone(gateway: Gateway, uri: str) -> None:
    body = b'{"stream":true,"messages":[]}'
    assert gateway.sent(body, uri) == body


@pytest.mark.row("S-218")
def test_an_encoded_answer_is_not_asked_for(gateway: Gateway) -> None:
    exchange = gateway.exchange(b"{}", Accept_Encoding="gzip, br")
    exchange.rewrite()
    assert "accept-encoding" not in {name.lower() for name, _ in exchange.headers}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE"])
def test_a_request_without_a_body_is_left_alone(gateway: Gateway, method: str) -> None:
    exchange = gateway.exchange(b"", "/v1/models", method, Accept_Encoding="gzip")
    before = list(exchange.headers)
    assert exchange.rewrite() is None
    assert exchange.access() is None
    assert exchange.headers == before
    assert gateway.calls == []
