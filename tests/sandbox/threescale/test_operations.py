"""Which operations there are, and what the others are answered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from sandbox.threescale.described import plain
from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS
from sandbox.threescale.transactions import CALLS

if TYPE_CHECKING:
    from tests.support.tenant import Api


@pytest.mark.parametrize("operation", NOT_IMPLEMENTED)
def test_an_operation_that_is_not_simulated_says_so(api: Api, operation: str) -> None:
    method, _, path = operation.partition(" ")
    host = "backend-maas.apps.maas.test" if path.startswith("/transactions") else "maas-admin.apps.maas.test"
    answer = api.call(method, re.sub(r"\{\w+\}", "1", path) + ".json", host=host)
    assert (answer.status, answer.json) == (501, {"error": f"The emulator does not implement {operation}"})


def test_no_operation_is_listed_twice() -> None:
    names = [plain(operation.name) for operation in OPERATIONS] + [plain(name) for name in (*NOT_IMPLEMENTED, *CALLS)]
    assert len(names) == len(set(names))


def test_an_unknown_path_is_not_found(api: Api) -> None:
    answer = api.call("GET", "/admin/api/unheard_of.json")
    assert (answer.status, answer.json) == (404, {"status": "Not found"})
