"""Clients that ask for one stream after the other until their time is over."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

import aiohttp

from bench.engine import BenchError
from bench.streams.parts import HOST, MODEL

_QUESTION = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "Tell me of the sea."}]}
_OK = 200
_ENOUGH = aiohttp.ClientTimeout(total=60)


@dataclass
class Load:
    """What came of one load."""

    seconds: float = 0.0
    answers: int = 0
    first_bytes: list[float] = field(default_factory=list)
    """Seconds until the first byte of each answer."""

    @property
    def per_second(self) -> float:
        """Answers per second."""
        return self.answers / self.seconds

    @property
    def median_first_byte(self) -> float:
        """Seconds."""
        return statistics.median(self.first_bytes)


async def load(url: str, streams: int, seconds: float) -> Load:
    """So many clients at a time, each with a key of its own, for so long; all begun answers are read to their end.

    Raises:
        BenchError: an answer was refused or broke off.
    """
    found, began = Load(), time.monotonic()
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=_ENOUGH) as session:

        async def client(number: int) -> None:
            headers = {"Host": HOST, "Authorization": f"Bearer key-{number}"}
            while time.monotonic() - began < seconds:
                await _asked(session, f"{url}/v1/chat/completions", headers, found)

        await asyncio.gather(*(client(number) for number in range(streams)))
    found.seconds = time.monotonic() - began
    return found


async def _asked(session: aiohttp.ClientSession, url: str, headers: dict[str, str], found: Load) -> None:
    asked = time.monotonic()
    try:
        async with session.post(url, json=_QUESTION, headers=headers) as answer:
            first = await answer.content.readany()
            found.first_bytes.append(time.monotonic() - asked)
            whole = first + await answer.content.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise BenchError(f"asked {url} for a stream: it broke off ({error!r}); see the gateway's messages") from error
    if answer.status != _OK or not whole.rstrip().endswith(b"[DONE]"):
        raise BenchError(f"asked {url} for a stream: {answer.status}, {whole[-80:]!r}; a whole stream was expected")
    found.answers += 1
