"""Answers that are no JSON, or another JSON than was expected."""

import pytest
import requests

from operations.answers import content
from operations.errors import OperationError

CANARY = "canary-in-a-body"


def answer(body: bytes, kind: str = "application/json") -> requests.Response:
    made = requests.Response()
    made.status_code, made._content = 200, body
    made.headers["Content-Type"] = kind
    return made


def test_a_member_of_an_object_is_handed_out() -> None:
    assert content(answer(b'{"data": [1]}'), "asked", "data") == [1]


def test_without_a_member_the_whole_value_is_handed_out() -> None:
    assert content(answer(b"[1, 2]"), "asked") == [1, 2]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (f"<html>{CANARY}</html>".encode(), "text/html"),
        (b"", ""),
        (f'["{CANARY}"]'.encode(), "application/json"),
        (f'{{"error": "{CANARY}"}}'.encode(), "application/json"),
    ],
    ids=["html", "nothing", "a list", "another member"],
)
def test_anything_else_is_refused_by_its_form_without_a_quotation(body: bytes, kind: str) -> None:
    with pytest.raises(OperationError, match="'data' was expected") as refusal:
        content(answer(body, kind), "asked https://host/path", "data")
    assert str(refusal.value).startswith("asked https://host/path: it answered 200 with ")
    assert CANARY not in str(refusal.value)
