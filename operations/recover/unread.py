"""What `recover` has recorded and not yet read back, remembered in a file until it is.

Between the two steps the state holds resources whose outputs are still their inputs. A `recover` that is killed there
leaves nothing pending, so only this file tells the next one that there is something left to do.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from operations.errors import OperationError


class Unread:
    """The URNs of one stack that wait for their outputs."""

    def __init__(self, folder: Path, stack: str) -> None:
        """Nothing is read or written yet; `stack` is a name as Pulumi prints it, which may hold slashes."""
        self._path = folder / f"{stack.replace('/', '_')}.unread.json"

    def urns(self) -> frozenset[str]:
        """The URNs; none without a file.

        Raises:
            OperationError: The file holds something else.
        """
        try:
            urns = json.loads(self._path.read_text())
        except FileNotFoundError:
            return frozenset()
        except ValueError:
            urns = None
        if not (isinstance(urns, list) and all(isinstance(urn, str) for urn in urns)):
            message = (
                f"asked {self._path} for what a killed recover left to read: it holds no list of URNs; "
                "delete it and run `pulumi refresh`, which reads everything"
            )
            raise OperationError(message)
        return frozenset(urns)

    def remember(self, urns: Iterable[str]) -> None:
        """Replace the file in one step; it is its owner's alone."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            json.dump(sorted(urns), stream)
        fresh.replace(self._path)

    def forget(self) -> None:
        """Everything is read."""
        self._path.unlink(missing_ok=True)
