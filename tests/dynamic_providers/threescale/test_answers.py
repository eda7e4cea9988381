import json
from typing import Any

import pytest
import requests

from dynamic_providers.threescale.answers import result
from dynamic_providers.threescale.errors import NotFound, Rejected, Taken, ThreescaleError, Unauthorized, Unavailable

ASKED = "PUT https://h.example/admin/api/services/1.json"


def answer(status: int, body: Any, method: str = "PUT", **headers: str) -> requests.Response:  # noqa: ANN401 - any JSON
    response = requests.Response()
    response.status_code = status
    response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response.headers.update(headers)
    response.request = requests.Request(method, "https://h.example").prepare()
    return response


@pytest.mark.parametrize(
    ("status", "body", "kind", "told"),
    [
        (422, {"errors": {"name": ["can't be blank"], "base": ["no way"]}}, Rejected, "name can't be blank; no way"),
        (422, {"errors": {"state_event": ["cannot transition when published"]}}, Rejected, "state_event cannot"),
        (422, {"error": {"from": "suspended", "event": "activate", "error": "State cannot"}}, Rejected, "State cannot"),
        (422, {"error": "You cannot subscribe to that service."}, Rejected, "You cannot subscribe"),
        (
            422,
            {"policies_config": [{"name": "cors", "version": "", "errors": {"version": ["can't be blank"]}}]},
            Rejected,
            "policy cors version can't be blank",
        ),
        (422, "Wrong type for parameter: service", Rejected, "Wrong type for parameter"),
        (400, b"Required parameter missing: service", Rejected, "unreadable body"),
        (403, {"errors": {"base": ["cannot be deleted because it is used"]}}, Rejected, "cannot be deleted"),
        (403, {"status": "Forbidden"}, Rejected, "Forbidden"),
        (403, {"error": "Access denied"}, Unauthorized, "Access denied"),
        (
            403,
            {"error": "Your access token does not have the correct permissions"},
            Unauthorized,
            "correct permissions",
        ),
        (403, b"", Unauthorized, "an empty body"),
        (403, b"null", Unauthorized, "an unreadable body"),
        (401, b"", Unauthorized, "something in front of 3scale"),
        (404, {"status": "Not found"}, NotFound, "no such entity"),
        (404, b"<html>", Unavailable, "status 404: an unreadable body"),
        (404, {"status": 404, "error": "Not Found"}, Unavailable, "status 404: Not Found"),
        (404, {"message": "no Route matched"}, Unavailable, "status 404: an unreadable body"),
        (409, b"", Unavailable, "status 409: an empty body"),
        (500, b"<html>", Unavailable, "status 500"),
        (501, {"error": "not implemented: x"}, Unavailable, "not implemented: x"),
        (200, b"", Unavailable, "200 with an empty body instead of JSON"),
        (200, b"<html>log in</html>", Unavailable, "200 with an unreadable body"),
        (302, b"", Unavailable, "redirects"),
    ],
)
def test_an_answer_becomes_the_error_that_it_means(
    status: int, body: object, kind: type[ThreescaleError], told: str
) -> None:
    with pytest.raises(ThreescaleError, match=told) as raised:
        result(answer(status, body), ASKED)
    assert type(raised.value) is kind
    assert str(raised.value).startswith(f"{ASKED}: ")
    assert "Allowed" in str(raised.value) or "Only" in str(raised.value)


def test_a_good_answer_is_its_json() -> None:
    assert result(answer(201, {"service": {"id": 1}}, "POST"), ASKED) == {"service": {"id": 1}}
    assert result(answer(200, [{"backend_usage": {}}], "GET"), ASKED) == [{"backend_usage": {}}]


def test_an_empty_answer_is_good_after_a_delete_and_of_the_status_of_an_object() -> None:
    assert result(answer(200, b"", "DELETE"), ASKED) == {}
    assert result(answer(200, b"", "GET"), "GET https://h.example/admin/api/objects/status.json") == {}


@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_html_page_is_called_one(status: int) -> None:
    with pytest.raises(Unavailable, match=r"an HTML page instead of JSON \(text/html, 19 bytes\)"):
        result(answer(status, b"<html>log in</html>", **{"Content-Type": "text/html; charset=utf-8"}), ASKED)


def test_no_body_is_quoted() -> None:
    with pytest.raises(Unavailable) as raised:
        result(answer(500, b"secret-in-a-stack-trace"), ASKED)
    assert "secret" not in str(raised.value)


def test_the_pause_that_a_server_asks_for_is_kept() -> None:
    for header, seconds in {"7": 7.0, "": 0.0}.items():
        with pytest.raises(Unavailable) as raised:
            result(answer(429, b"", **{"Retry-After": header}), ASKED)
        assert raised.value.retry_after_seconds == seconds


def test_long_reasons_are_cut() -> None:
    with pytest.raises(Rejected) as raised:
        result(answer(422, {"errors": {"name": ["x" * 10_000]}}), ASKED)
    assert len(str(raised.value)) < 600


def test_a_taken_name_names_holder_and_switch() -> None:
    taken = Taken("product", "tiny", "31", switch="models.<key>.adopt")
    assert taken.id == "31"
    assert "create product 'tiny'" in str(taken)
    assert "product id 31" in str(taken)
    assert "declare `adopt: true`, which is `models.<key>.adopt` in the stack's configuration" in str(taken)
