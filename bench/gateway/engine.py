"""A model server and 3scale's backend on an nginx of their own, quicker than what is measured."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from sandbox.nginx import Installation, configuration
from sandbox.nginx.server import running

TEMPLATE = Path(__file__).parent / "engine.conf.template"
USAGE = {"prompt_tokens": 5, "completion_tokens": 64, "total_tokens": 69}
"""What every answer says."""
EVENTS = 64
"""Events of a stream before the one with usage: 10 kB in all."""
WORDS = 400
"""Words of a plain answer: 2 kB."""
_SOCKETS = 3


@dataclass(frozen=True)
class Engine:
    """Where both are."""

    url: str
    backend_url: str


@contextlib.contextmanager
def engine(installation: Installation) -> Iterator[Engine]:
    """Both, from their first answer to the end of the block.

    Raises:
        SandboxError: nginx did not start.
    """

    def prepared(folder: Path, ports: Sequence[int]) -> str:
        usage = json.dumps(USAGE, separators=(",", ":"))
        plain = f'{{"choices":[{{"message":{{"content":"{"word " * WORDS}"}}}}],"usage":{usage}}}'
        return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
            **configuration.common(installation, folder),
            engine_port=ports[0],
            backend_port=ports[1],
            ready_port=ports[2],
            usage=usage,
            events=EVENTS,
            words=WORDS,
            plain_length=len(plain),
        )

    with running(installation, _SOCKETS, prepared) as server:
        yield Engine(server.urls[0], server.urls[1])
