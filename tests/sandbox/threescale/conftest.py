"""A tenant for each test."""

from __future__ import annotations

import pytest

from tests.support.tenant import Api, fresh


@pytest.fixture
def api() -> Api:
    return fresh()
