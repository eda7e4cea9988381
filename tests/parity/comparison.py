"""What two runs of one program must have in common; pure.

Each document is a mapping from a name (a URN, an object, a field of the realm) to JSON. Removed is what is a plugin's
own affair (keys that begin with `__`, field managers) or differs between any two runs (times, ids that a server chose,
addresses, secrets). An id becomes the name of what it belongs to, so that a reference to something else still shows.
"""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Document = dict[str, Any]
"""Name to JSON, comparable."""

Names = Mapping[str, str]
"""A value of one run, such as a secret or an address, and the name that stands for it in every run."""

# Marks special values of the engine (sdk/v3, go/common/resource/sig); without an asset in sight they are secrets.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_VARYING = (
    (_UUID, "<uuid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"), "<time>"),
    # OLM lets the API server complete the names of its plans.
    (re.compile(r"\binstall-[a-z0-9]{5}\b"), "install-<random>"),
)
_OWN_TO_EACH_RUN = frozenset({"uid", "resourceVersion", "creationTimestamp", "managedFields"})
_OF_THE_ENGINE = frozenset({"created", "modified", "sourcePosition", "stackTrace"})
_STEP_KEYS = ("op", "provider", "diffReasons", "replaceReasons", "detailedDiff")
# Written at some time in seconds since 1970 (Keycloak), and over ids that 3scale chose (the provider's own digest).
_VARYING_KEYS = frozenset({"client.secret.creation.time", "content_digest"})
_NAMING_KEYS = ("clientId", "alias", "name", "realm", "providerId")


def preview(digest: Mapping[str, Any], names: Names) -> Document:
    """URN to the operations that `pulumi preview --json` announces for it, with the reasons it gives."""
    found: dict[str, list[Any]] = {}
    for step in digest["steps"]:
        shown = {key: _unordered(step[key]) for key in _STEP_KEYS if step.get(key)}
        found.setdefault(step["urn"], []).append(plain(shown, names))
    return {urn: sorted(steps, key=_text) for urn, steps in found.items()}


def state(resources: Sequence[Mapping[str, Any]], names: Names) -> Document:
    """URN to the recorded resource of an exported deployment."""
    ids = {item["id"]: f"<id of {item['urn'].rsplit('::', 1)[-1]}>" for item in resources if _is_uuid(item.get("id"))}
    known = {**names, **ids}
    return {item["urn"]: plain(_recorded(item), known) for item in resources}


def cluster(objects: Sequence[Mapping[str, Any]], names: Names) -> Document:
    """Kind, namespace and name to the object as the API server has it."""
    return {identity(item): plain(item, names) for item in objects}


def realm(export: Mapping[str, Any], names: Names) -> Document:
    """Field of the realm to what a partial export says of it.

    Lists are sorted: Keycloak answers in no order, and where one counts there is a priority.
    """
    known = {**names, **dict(_named_ids(export))}
    return {key: _sorted_lists(plain(value, known)) for key, value in export.items()}


def identity(item: Mapping[str, Any]) -> str:
    """How an object of a cluster is called here: `Secret 3scale/system-seed`."""
    metadata = item["metadata"]
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{item['kind']} {place}{metadata['name']}"


def difference(official: Document, stand_ins: Document) -> str:
    """A unified diff of JSON, one part per name that differs; nothing when the two are equal."""
    parts = []
    for name in sorted(official.keys() | stand_ins.keys()):
        if official.get(name) != stand_ins.get(name) or (name in official) != (name in stand_ins):
            before, after = (
                [] if name not in side else _text(side[name]).splitlines() for side in (official, stand_ins)
            )
            titles = f"{name} (official plugins)", f"{name} (stand-ins)"
            parts.append("\n".join(difflib.unified_diff(before, after, *titles, lineterm="", n=4)))
    return "\n\n".join(parts)


def plain(value: Any, names: Names, key: str = "") -> Any:  # noqa: ANN401 (JSON of any shape)
    """JSON without what is private to a plugin or own to a run."""
    if isinstance(value, dict):
        if _SIGNATURE in value:
            return "<secret>"
        kept = {
            name: item for name, item in value.items() if not name.startswith("__") and name not in _OWN_TO_EACH_RUN
        }
        return {name: plain(item, names, key if key.endswith("_ids") else name) for name, item in kept.items()}
    if isinstance(value, list):
        items = [plain(item, names) for item in value]
        # Written by many hands in the order of events.
        return sorted(items, key=_condition) if key == "conditions" else items
    if key in _VARYING_KEYS:
        return "<varying>"
    return _string(value, names, key) if isinstance(value, str) else value


def _string(text: str, names: Names, key: str) -> str:
    """A string with names for the values of this run. The longest first: one value can be part of another."""
    if text.isdigit() and (key == "id" or key.endswith(("_id", "_ids"))):
        # 3scale counts in the order of creation, which is no plugin's doing.
        return "<number>"
    for found in sorted(names, key=len, reverse=True):
        text = text.replace(found, names[found])
    for pattern, name in _VARYING:
        text = pattern.sub(name, text)
    return text


def _recorded(item: Mapping[str, Any]) -> dict[str, Any]:
    """A resource without what the engine writes about the run."""
    kept = {key: value for key, value in item.items() if key not in _OF_THE_ENGINE}
    kept["dependencies"] = sorted(item.get("dependencies", []))
    kept["propertyDependencies"] = {key: sorted(of or []) for key, of in item.get("propertyDependencies", {}).items()}
    return kept


def _named_ids(value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (JSON of any shape)
    """Every UUID under `id`, with a name made from what stands beside it."""
    if isinstance(value, dict):
        if _is_uuid(value.get("id")):
            name = next((str(value[key]) for key in _NAMING_KEYS if value.get(key)), "unnamed")
            yield value["id"], f"<id of {name}>"
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _named_ids(item)


def _sorted_lists(value: Any) -> Any:  # noqa: ANN401 (JSON of any shape)
    if isinstance(value, dict):
        return {key: _sorted_lists(item) for key, item in value.items()}
    return sorted((_sorted_lists(item) for item in value), key=_text) if isinstance(value, list) else value


def _unordered(value: Any) -> Any:  # noqa: ANN401 (JSON of any shape)
    """Reasons are a set that the engine prints in the order in which the plugin compared."""
    return sorted(value) if isinstance(value, list) else value


def _lines(document: Document, name: str) -> list[str]:
    return _text(document[name]).splitlines() if name in document else []


def _condition(item: Any) -> str:  # noqa: ANN401 (JSON of any shape)
    return str(item.get("type")) if isinstance(item, dict) else str(item)


def _is_uuid(value: object) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _text(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False)
