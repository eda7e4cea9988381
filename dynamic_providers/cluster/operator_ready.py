"""OperatorReady: an operator's pinned version is installed, and no other.

A Subscription with manual approval makes an InstallPlan and waits. This resource approves the one plan that installs
exactly the pinned ClusterServiceVersion, alone or with companions that are pinned too, and waits until they have
succeeded. OLM leaves a ClusterServiceVersion behind when its Subscription is deleted, so deleting this resource removes
it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pydantic import Field

from dynamic_providers.cluster.gate import ClusterProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.cluster.installation import Installation

Name = Annotated[str, Field(min_length=1)]
DELETE_SECONDS = 300.0
"""The operator's deployments are removed before its ClusterServiceVersion disappears."""


@dataclass(frozen=True, kw_only=True)
class OperatorReadyArgs:
    """What a caller declares."""

    namespace: Input[str]
    subscription: Input[str]
    """Name of the Subscription; its approval is Manual, its startingCSV the pinned one."""
    csv: Input[str]
    """The pinned ClusterServiceVersion; another one is an upgrade, approved in the same way."""
    timeout_seconds: Input[int]
    companions: Input[Sequence[Input[str]]] | None = None
    """ClusterServiceVersions that a plan may install together with the pinned one, and that have to succeed too."""


class OperatorReadyProps(Props):
    """The same fields, resolved."""

    namespace: Name
    subscription: Name
    csv: Name
    timeout_seconds: Annotated[int, Field(gt=0)]
    companions: list[Name] | None = None


class OperatorReadyProvider(ClusterProvider):
    """Reads Subscription, InstallPlans and ClusterServiceVersion of one namespace; approves; deletes."""

    props = OperatorReadyProps
    replace_on = frozenset({"namespace", "subscription"})

    def create(self, props: Json) -> CreateResult:
        """Approve the plan and wait for the operator."""
        wanted = self.canonical(props)
        return CreateResult(f"{wanted['namespace']}/{wanted['subscription']}", wanted | self._installed(wanted))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Wait for what is declared now; a version that is installed already passes at once."""
        wanted = self.canonical(_news)
        return UpdateResult(wanted | self._installed(wanted))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return the version that is installed; no id when there is none."""
        known = self.canonical(props)
        inputs = known | {"csv": self._installation(known).installed_csv()}
        if not inputs["csv"]:
            return ReadResult(None, {})
        return ReadResult(id_, inputs | {"version": props.get("version", "")}, inputs)

    def delete(self, _id: str, _props: Json) -> None:
        """Remove the ClusterServiceVersion, and with it the operator; its CRDs and their objects stay."""
        known = self.canonical(_props)
        installation = self._installation(known)
        remedy = "See which finalizer holds it (`oc get csv -o yaml`), then run again."
        wait = Wait(f"ClusterServiceVersion {known['csv']}, removal", DELETE_SECONDS, remedy=remedy)
        pass_when(installation.remove, wait, installation.evidence)

    def _installed(self, wanted: Json) -> Json:
        installation = self._installation(wanted)
        remedy = "Repair what the phase names, or allow more time, then run `pulumi up` again."
        wait = Wait(f"operator {wanted['csv']}", wanted["timeout_seconds"], remedy=remedy)
        pass_when(installation.look, wait, installation.evidence)
        return {"version": installation.version}

    def _installation(self, known: Json) -> "Installation":
        from dynamic_providers.cluster.installation import Installation  # noqa: PLC0415 - as in `gate`

        companions = frozenset(known.get("companions") or ())
        return Installation(self.cluster, known["namespace"], known["subscription"], known["csv"], companions)


class OperatorReady(DeclaredResource, module="cluster", name="OperatorReady"):
    """An operator in its pinned version, up and running."""

    csv: Output[str]
    version: Output[str]
    """The operator's own version number."""

    def __init__(self, name: str, args: OperatorReadyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(OperatorReadyProvider(), name, args, opts)
