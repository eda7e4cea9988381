"""RouteAnnotation: one annotation on Routes that another program names and writes.

zync gives its Routes generated names and makes them anew when somebody deletes them; an annotation that is added
survives its own writes, not a new Route. So the Routes are found by their hosts, and a refresh finds what is lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pulumi import Input, ResourceOptions
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pydantic import Field

from dynamic_providers.cluster.gate import ClusterProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

Name = Annotated[str, Field(min_length=1)]
ABSENT = "(absent)"
"""What a refresh shows for a Route without the annotation, and for one that is not there."""


@dataclass(frozen=True, kw_only=True)
class RouteAnnotationArgs:
    """What a caller declares."""

    namespace: Input[str]
    hosts: Input[Sequence[Input[str]]]
    """Hosts of the Routes; each of them has one."""
    annotation: Input[str]
    """Name of the annotation, such as `haproxy.router.openshift.io/timeout`."""
    value: Input[str]
    timeout_seconds: Input[int]
    """How long to wait for Routes that are not there yet."""


class RouteAnnotationProps(Props):
    """The same fields, resolved."""

    namespace: Name
    hosts: Annotated[list[Name], Field(min_length=1)]
    annotation: Name
    value: Name
    timeout_seconds: Annotated[int, Field(gt=0)]


class RouteAnnotationProvider(ClusterProvider):
    """Reads the Routes of one namespace; writes one annotation of those that are meant, and nothing else."""

    props = RouteAnnotationProps
    replace_on = frozenset({"namespace", "hosts", "annotation"})

    def create(self, props: Json) -> CreateResult:
        """Wait for every Route and annotate it."""
        wanted = self.canonical(props)
        self._write(wanted)
        return CreateResult(f"{wanted['namespace']}/{wanted['hosts'][0]}", wanted)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Annotate again."""
        wanted = self.canonical(_news)
        self._write(wanted)
        return UpdateResult(wanted)

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return the first value that differs, of a lost Route none at all; no id when all of them are lost."""
        known = self.canonical(props)
        routes = self._routes(known)
        if not routes:
            return ReadResult(None, {})
        told = {host: _annotations(route).get(known["annotation"], ABSENT) for host, route in routes.items()}
        values = [told.get(host, ABSENT) for host in known["hosts"]]
        found = known | {"value": next((value for value in values if value != known["value"]), known["value"])}
        return ReadResult(id_, found, found)

    def delete(self, _id: str, _props: Json) -> None:
        """Take the annotation off the Routes that are still there."""
        known = self.canonical(_props)
        for route in self._routes(known).values():
            if known["annotation"] in _annotations(route):
                self._annotate(known, route, None)

    def _write(self, wanted: Json) -> None:
        def look() -> str:
            routes = self._routes(wanted)
            missing = [host for host in wanted["hosts"] if host not in routes]
            if missing:
                return f"no Route has the host {' or '.join(missing)}"
            for route in routes.values():
                if _annotations(route).get(wanted["annotation"]) != wanted["value"]:
                    self._annotate(wanted, route, wanted["value"])
            return ""

        what = f"Routes of {', '.join(wanted['hosts'])} in {wanted['namespace']}"
        remedy = "See whether zync-que runs (`oc get deployment zync-que`), then run `pulumi up` again."
        pass_when(look, Wait(what, wanted["timeout_seconds"], remedy=remedy), lambda: "")

    def _routes(self, known: Json) -> dict[str, Json]:
        """Return host → Route of those that are meant."""
        found = self.cluster.items(_collection(known))
        return {route["spec"]["host"]: route for route in found if route["spec"].get("host") in known["hosts"]}

    def _annotate(self, known: Json, route: Json, value: str | None) -> None:
        path = f"{_collection(known)}/{route['metadata']['name']}"
        self.cluster.patch(path, {"metadata": {"annotations": {known["annotation"]: value}}})


def _collection(known: Json) -> str:
    return f"/apis/route.openshift.io/v1/namespaces/{known['namespace']}/routes"


def _annotations(route: Json) -> dict[str, str]:
    return dict(route["metadata"].get("annotations") or {})


class RouteAnnotation(DeclaredResource, module="cluster", name="RouteAnnotation"):
    """An annotation on Routes with generated names."""

    def __init__(self, name: str, args: RouteAnnotationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(RouteAnnotationProvider(), name, args, opts)
