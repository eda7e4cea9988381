"""Request parameters: Rack's nested names, JSON and multipart bodies, and the wrapping rules of the Admin API.

Wrapping (porta, app/lib/api_support/params.rb): only the body is wrapped, an explicit wrapper wins over flat keys,
unknown keys are dropped without a word, a body without any known key is refused with 400.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from email import message_from_bytes
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from sandbox.threescale.refusals import MissingParameter, Refusal, WrongType

if TYPE_CHECKING:
    from collections.abc import Iterable

Params = dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """A file among the parts of a multipart body."""

    name: str
    content_type: str
    data: bytes


def nested(pairs: Iterable[tuple[str, Any]]) -> Params:
    """Rack's reading of `a[b]=1` and `a[]=1`: nested mappings and lists."""
    result: Params = {}
    for name, value in pairs:
        head, _, rest = name.partition("[")
        keys = [head, *re.findall(r"([^\]\[]*)\]", f"{rest}")] if rest else [head]
        _place(result, keys, value)
    return result


def _place(target: Params, keys: list[str], value: object) -> None:
    for key, following in itertools.pairwise(keys):
        if following == "":
            found = target.setdefault(key, [])
            if isinstance(found, list):
                found.append(value)
            return
        found = target.setdefault(key, {})
        if not isinstance(found, dict):
            return
        target = found
    target[keys[-1]] = value


def query_params(query: str) -> Params:
    """The parameters of a query string."""
    return nested(parse_qsl(query, keep_blank_values=True))


def body_params(content_type: str, body: bytes) -> Params:
    """The parameters of a request body; a JSON body that is no object has none.

    Raises:
        Refusal: 400 when the body is declared as JSON and is none.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return {}
    if kind == "application/json":
        try:
            data = json.loads(body)
        except ValueError as error:
            raise Refusal(400, {"error": "There was a problem in the JSON you submitted"}) from error
        return data if isinstance(data, dict) else {}
    if kind == "multipart/form-data":
        return nested(_parts(content_type, body))
    if kind in ("application/x-www-form-urlencoded", ""):
        return nested(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    return {}


def _parts(content_type: str, body: bytes) -> list[tuple[str, Any]]:
    message = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: list[tuple[str, Any]] = []
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            file = part.get_filename()
            kind = part.get_content_type() if "content-type" in part else "application/octet-stream"
            found.append((name, payload.decode("utf-8", "replace") if file is None else Upload(file, kind, payload)))
    return found


def unwrapped(wrapper: str, known: frozenset[str], query: Params, body: Params) -> Params:
    """The fields of the wrapped object: those under the wrapper, else the known flat keys of the body.

    Raises:
        MissingParameter: there is no wrapper and no known key.
        WrongType: the wrapper is not an object.
    """
    given = body.get(wrapper, query.get(wrapper))
    if wrapper not in body and wrapper not in query:
        given = {key: value for key, value in body.items() if key in known}
    if given is None or given in ("", {}, []):
        raise MissingParameter(wrapper)
    if not isinstance(given, dict):
        raise WrongType(wrapper)
    return given
