"""RouteReady: passed when a router has taken a Route and what is behind it answers at the Route's public address.

An object that is ready inside the cluster says nothing of the way to it: another Route may have the host, the host may
lead elsewhere, or the certificate may be one that nobody here trusts.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, ResourceOptions
from pulumi.dynamic import ReadResult
from pydantic import Field

from dynamic_providers.cluster import public_address
from dynamic_providers.cluster.errors import Failed
from dynamic_providers.cluster.gate import NOT_READY, GateProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.cluster.connection import Cluster

Name = Annotated[str, Field(min_length=1)]
UNTRUSTED_SECONDS = 120.0
"""For so long, within the gate's own limit, a certificate that is not trusted is waited for: a router that has not
loaded a Route yet shows its own, and after that it never becomes another one by itself."""

REPAIR = "Repair what the Route or the answer names, then run `pulumi up` again"


@dataclass(frozen=True, kw_only=True)
class RouteReadyArgs:
    """What a caller declares."""

    namespace: Input[str]
    name: Input[str]
    """The Route's."""
    url: Input[str]
    """What has to be answered with 200, at the Route's host."""
    timeout_seconds: Input[int]
    ca_bundle: Input[str] = ""
    """PEM certificates that are trusted, and no others; empty for the system's."""
    authority: Input[str] = ""
    """Key of the stack file that names these certificates; a certificate that is not trusted is explained by it."""
    trigger: Input[str] = ""
    """A change waits again: give what Route and server were made from."""


class RouteReadyProps(Props):
    """The same fields, resolved."""

    namespace: Name
    name: Name
    url: Annotated[str, Field(pattern=r"^https?://")]
    timeout_seconds: Annotated[int, Field(gt=0)]
    ca_bundle: str = ""
    authority: str = ""
    trigger: str = ""


class RouteReadyProvider(GateProvider):
    """Reads one Route and asks for one address, again and again; makes nothing, so there is nothing to delete."""

    props = RouteReadyProps
    replace_on = frozenset({"namespace", "name", "url"})

    def _id(self, wanted: Json) -> str:
        return str(wanted["url"])

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return the inputs; no id when the Route is gone, another trigger when the address does not answer."""
        known = self.canonical(props)
        route = _route(self.cluster, known)
        if route is None:
            return ReadResult(None, {})
        missing = public_address.refusal(route) or public_address.answer(known["url"], known["ca_bundle"]).missing
        found = known | ({"trigger": NOT_READY + missing} if missing else {})
        return ReadResult(id_, found, found)

    def _pass(self, wanted: Json) -> None:
        from dynamic_providers.cluster.evidence import evidence  # noqa: PLC0415 - as in `gate`

        cluster, title = self.cluster, f"Route {wanted['namespace']}/{wanted['name']} at {wanted['url']}"
        wait = Wait(title, wanted["timeout_seconds"], remedy=f"{REPAIR}, or allow more time.")
        untrusted_at: float | None = None

        def look() -> str:
            nonlocal untrusted_at
            route = _route(cluster, wanted)
            if route is None:
                return "does not exist yet"
            if refusal := public_address.refusal(route):
                return refusal
            found = public_address.answer(wanted["url"], wanted["ca_bundle"])
            untrusted_at = (wait.elapsed_seconds if untrusted_at is None else untrusted_at) if found.untrusted else None
            if untrusted_at is not None and wait.elapsed_seconds - untrusted_at > UNTRUSTED_SECONDS:
                raise _untrusted(title, found.missing, wanted["authority"])
            return found.missing

        pass_when(look, wait, lambda: evidence(cluster, wanted["namespace"], wanted["name"]))


def _route(cluster: "Cluster", known: Json) -> Json | None:
    return cluster.get(f"/apis/route.openshift.io/v1/namespaces/{known['namespace']}/routes/{known['name']}")


def _untrusted(title: str, missing: str, authority: str) -> Failed:
    key = f"Give {authority} the certificates that sign it" if authority else "Trust the certificates that sign it"
    return Failed(title, f"{missing}, for {UNTRUSTED_SECONDS:.0f} s", "", f"{key}, then run `pulumi up` again")


class RouteReady(DeclaredResource, module="cluster", name="RouteReady"):
    """Passed when the public address answers."""

    def __init__(self, name: str, args: RouteReadyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(RouteReadyProvider(), name, args, opts)
