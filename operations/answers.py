"""What an HTTP answer holds: the one place where an answer becomes JSON."""

from typing import Any

import requests

from operations.errors import OperationError


def content(answer: requests.Response, asked: str, member: str = "") -> Any:  # noqa: ANN401 (JSON)
    """The JSON of an answer; with `member`, what that member of the JSON object holds. `asked` begins the refusal.

    Raises:
        OperationError: The answer is no JSON, such as a login page, or has no such member. It is not quoted: it may
            hold a secret.
    """
    expected = f"a JSON object with {member!r}" if member else "JSON"
    try:
        value = answer.json()
    except ValueError:
        value = answer
    if value is answer or (member and not (isinstance(value, dict) and member in value)):
        form = answer.headers.get("Content-Type") or "no Content-Type"
        message = (
            f"{asked}: it answered {answer.status_code} with {len(answer.content)} bytes ({form}), {expected} was "
            "expected; see that the address is right and that no proxy or login page answers in its place"
        )
        raise OperationError(message)
    return value[member] if member else value
