"""What the portal was like before: per declared object, whether it was made here and what it said otherwise.

It is kept twice. In the state, as output. And in the tenant, in a partial that is never published and that nothing
includes, written before the first change: a run that is killed loses its outputs, and 3scale's API tells no earlier
versions, so without it the original texts would be lost for good. The next run finds it; destroy removes it.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dynamic_providers.json_object import Json

JOURNAL = "pulumi-portal-before"
"""System name of the partial; people see it in the admin portal."""
_EXPLANATION = (
    "Kept by the program that manages this portal: what its objects were before. Never published. Leave it.\n"
)


@dataclass
class Memory:
    """Key of an object → its former fields; None for what was made here, empty where nothing can be put back."""

    objects: dict[str, Json | None] = field(default_factory=dict)

    @classmethod
    def of(cls, outputs: Json) -> "Memory":
        """Return what the outputs of a resource hold."""
        made = dict.fromkeys(outputs.get("made", ()))
        return cls(made | (unpacked(outputs["former"]) if outputs.get("former") else {}))

    @property
    def made(self) -> list[str]:
        """Keys of what was made here."""
        return sorted(key for key, former in self.objects.items() if former is None)

    def outputs(self) -> Json:
        """Return the outputs that hold this."""
        former = {key: fields for key, fields in self.objects.items() if fields is not None}
        return {"made": self.made, "former": packed(former)}


def packed(objects: Mapping[str, Json | None]) -> str:
    """Return objects as compressed text; the same ones give the same text."""
    return base64.b64encode(zlib.compress(json.dumps(objects, sort_keys=True).encode(), 9)).decode()


def unpacked(text: str) -> dict[str, Json | None]:
    """Return what `packed` was given."""
    objects: dict[str, Json | None] = json.loads(zlib.decompress(base64.b64decode(text)))
    return objects


def journal_text(objects: Mapping[str, Json | None]) -> str:
    """Return the text of the partial."""
    return _EXPLANATION + packed(objects)


def journal_objects(text: str) -> dict[str, Json | None]:
    """Return what a partial holds; nothing when somebody else wrote in it."""
    if not text.startswith(_EXPLANATION):
        return {}
    return unpacked(text.removeprefix(_EXPLANATION))


def without(objects: Mapping[str, Json | None], keys: Iterable[str]) -> dict[str, Json | None]:
    """Return `objects` without `keys`."""
    gone = set(keys)
    return {key: former for key, former in objects.items() if key not in gone}
