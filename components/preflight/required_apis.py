"""Does the cluster serve the kinds that this stack uses and does not bring?"""

from collections.abc import Iterator, Mapping
from typing import Any

from components.config import Settings
from components.preflight.needs import needs
from components.preflight.needs.kinds import KUBERNETES, Kind
from components.preflight.needs.operators import REMEDIES, operators
from components.preflight.reader import ClusterReader


def required_kinds(settings: Settings) -> tuple[Kind, ...]:
    """Kinds that have to be there before anything is made, sorted; those of the stack's own operators come later."""
    own = {KUBERNETES, *operators(settings)}
    found = {need.kind for need in needs(settings) if need.kind.brought_by not in own}
    return tuple(sorted(kind for kind in found if "/" not in kind.resource))


def missing_kinds(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A sentence for everybody who should have brought a kind.

    Raises:
        ClusterRefusalError: The server does not answer.
    """
    served: dict[str, frozenset[str]] = {}
    missing: dict[str, list[str]] = {}
    for kind in required_kinds(settings):
        path = f"/apis/{kind.group}/{kind.version}"
        if path not in served:
            served[path] = _resources(reader.read(path))
        if kind.resource not in served[path]:
            missing.setdefault(kind.brought_by, []).append(f"{kind.resource}.{kind.group}/{kind.version}")
    for brought_by, kinds in missing.items():
        yield (
            f"It does not serve {', '.join(kinds)}, which this stack uses and {_named(brought_by)} brings. They are "
            f"needed before anything is made. {REMEDIES[brought_by]}."
        )


def _resources(document: Mapping[str, Any] | None) -> frozenset[str]:
    return frozenset(one["name"] for one in (document or {}).get("resources", ()))


def _named(brought_by: str) -> str:
    titles = {
        "odf": "OpenShift Data Foundation",
        "openshift-ai": "OpenShift AI",
        "serverless": "OpenShift Serverless",
        "service-mesh": "OpenShift Service Mesh 2",
    }
    return titles.get(brought_by, brought_by)
