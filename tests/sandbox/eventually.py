"""Asynchronous scenarios of tests: run to their end within a time, waiting for conditions."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

SECONDS = 20.0
"""How long a condition may take to hold; a loaded machine needs a few seconds for a process."""


async def until(holds: Callable[[], object]) -> None:
    """Return once the condition holds; fail after `SECONDS`."""
    deadline = asyncio.get_running_loop().time() + SECONDS
    while not holds():
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.01)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    """Run a scenario to its end."""

    async def bounded() -> None:
        await asyncio.wait_for(scenario(), SECONDS * 2)

    asyncio.run(bounded())
