"""Whatever a client sends, the emulator answers: odd values are refused or cast, never an exception."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sandbox.threescale.operations import OPERATIONS

if TYPE_CHECKING:
    from sandbox.threescale.operation import Operation
    from tests.support.tenant import Api, Json

ODD: tuple[Json, ...] = (
    *(None, "", " ", "x" * 600, "caf\u00e9/\u0000", "1e400", "-1", "nan"),
    *(True, False, 0, -1, 10**30, 1.5, [], [None], {}, {"a": {"b": []}}),
)
WRITES = [operation for operation in OPERATIONS if operation.method not in ("GET", "DELETE")]
KNOWN = {"environment": "sandbox", "key": "none"}


def path_of(operation: Operation) -> str:
    return re.sub(
        r"\{(\w+)\}", lambda match: KNOWN.get(match[1], "3" if "account" in match[1] else "1"), operation.path
    )


@pytest.mark.parametrize("operation", WRITES, ids=lambda operation: operation.name)
def test_odd_values_are_answered(api: Api, operation: Operation) -> None:
    for field in operation.fields:
        for value in ODD:
            fields = {field: value}
            data = {operation.wrapper: fields} if operation.wrapper else fields
            answer = api.call(operation.method, f"{path_of(operation)}.json", data)
            assert answer.status in {200, 201, 400, 403, 404, 422}, (field, value)


def test_odd_queries_forms_and_ids_are_answered(api: Api) -> None:
    query = "page=x&per_page=-1&since=never&period=day&metric_name=hits&host[]=1&to=nowhere&state[a]=b&version=x"
    form = {"a[": "1", "[]": "2", "b[c][]": "3"}
    for operation in OPERATIONS:
        for path in (path_of(operation), re.sub(r"\{\w+\}", "99999999999999999999", operation.path)):
            reads = operation.method == "GET"
            answer = api.call(
                operation.method, f"{path}.json", query=query if reads else "", form=None if reads else form
            )
            assert answer.status < 500, operation.name
