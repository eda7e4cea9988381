"""One operator's installation by OLM: which plan to approve, how far it is, what stands in the way."""

from dynamic_providers.cluster.conditions import MESSAGE_CHARACTERS, quoted
from dynamic_providers.cluster.connection import Cluster
from dynamic_providers.cluster.errors import Failed, Refused
from dynamic_providers.cluster.evidence import evidence
from dynamic_providers.json_object import Json

OLM = "/apis/operators.coreos.com/v1alpha1"
REPAIR = "Repair what the reason names, then run `pulumi up` again"
PASSING = frozenset(
    {"InstallCheckFailed", "InstallWaiting", "ComponentUnhealthy", "NeedsReinstall", "APIServiceResourcesNeedReinstall"}
)
"""Reasons of a failed ClusterServiceVersion that OLM tries again by itself (its ConditionReason)."""
TROUBLES = ("ResolutionFailed", "BundleUnpackFailed")
"""Conditions of a Subscription that say why there is no plan yet."""


class Installation:
    """A pinned ClusterServiceVersion of one Subscription."""

    def __init__(
        self,
        cluster: Cluster,
        namespace: str,
        subscription: str,
        csv: str,
        companions: frozenset[str] = frozenset(),
    ) -> None:
        self._cluster = cluster
        self._olm = f"{OLM}/namespaces/{namespace}"
        self._namespace, self._subscription, self._csv = namespace, subscription, csv
        self._companions = companions
        self.version = ""

    def look(self) -> str:
        """Take the next step and return the phase; "" when the operator is ready.

        Raises:
            Refused: the plan would install something else as well.
            Failed: a state that does not pass by itself.
        """
        csv = self._get("clusterserviceversions", self._csv)
        if csv is not None:
            return self._phase(csv) or self._of_companions()
        subscription = self._get("subscriptions", self._subscription)
        if subscription is None:
            raise Failed(self._title, f"Subscription {self._subscription} does not exist", "", "Create it first")
        return self._approved(subscription)

    def remove(self) -> str:
        """Delete the ClusterServiceVersion and return the phase; "" when it is gone."""
        csv = self._get("clusterserviceversions", self._csv)
        if csv is None:
            return ""
        if not csv["metadata"].get("deletionTimestamp"):
            self._cluster.delete(f"{self._olm}/clusterserviceversions/{self._csv}")
        held = ", ".join(csv["metadata"].get("finalizers") or []) or "none"
        return f"is being deleted (finalizers: {held})"

    def installed_csv(self) -> str:
        """Return the version that is there: the pinned one, else the one the Subscription reports; "" for none."""
        if self._get("clusterserviceversions", self._csv) is not None:
            return self._csv
        subscription = self._get("subscriptions", self._subscription) or {}
        other = (subscription.get("status") or {}).get("installedCSV") or ""
        return other if other and self._get("clusterserviceversions", other) is not None else ""

    def evidence(self) -> str:
        """Return events and troubled containers of the operator's namespace."""
        return evidence(self._cluster, self._namespace, self._csv)

    @property
    def _title(self) -> str:
        return f"operator {self._csv} in {self._namespace}"

    def _get(self, kind: str, name: str) -> Json | None:
        return self._cluster.get(f"{self._olm}/{kind}/{name}")

    def _phase(self, csv: Json) -> str:
        status = csv.get("status") or {}
        phase, reason = status.get("phase") or "Pending", status.get("reason") or ""
        if csv["metadata"].get("deletionTimestamp"):
            raise Failed(self._title, "it is being deleted", self.evidence(), "Wait until it is gone, then run again")
        if phase == "Succeeded":
            self.version = str((csv.get("spec") or {}).get("version") or "")
            return ""
        told = f"{phase} {reason}: {str(status.get('message') or '')[:MESSAGE_CHARACTERS]}".rstrip(": ")
        if phase == "Failed" and reason not in PASSING:
            raise Failed(self._title, told, self.evidence(), REPAIR)
        return told

    def _of_companions(self) -> str:
        """Return the phase of the first companion that has not succeeded; "" when all have, or are not there at all.

        Which of them a version brings along is the operator's affair: one that is never installed is not waited for.
        """
        for name in sorted(self._companions):
            found = self._get("clusterserviceversions", name)
            phase = "" if found is None else (found.get("status") or {}).get("phase") or "Pending"
            if phase not in ("", "Succeeded"):
                return f"{name} is {phase}"
        return ""

    def _permitted(self, names: list[str]) -> bool:
        return self._csv in names and set(names) <= {self._csv, *self._companions}

    def _approved(self, subscription: Json) -> str:
        """Approve the plan that installs exactly the pinned version, and companions of it."""
        plans = self._cluster.items(f"{self._olm}/installplans")
        ours = next((plan for plan in plans if self._permitted(plan["spec"]["clusterServiceVersionNames"])), None)
        if ours is None:
            return self._without_plan(subscription, plans)
        name, status = ours["metadata"]["name"], ours.get("status") or {}
        if status.get("phase") == "Failed":
            told = f"InstallPlan {name} failed: {quoted(status.get('conditions') or [])}"
            raise Failed(self._title, told, self.evidence(), REPAIR)
        if not ours["spec"].get("approved"):
            self._cluster.patch(f"{self._olm}/installplans/{name}", {"spec": {"approved": True}})
            return f"InstallPlan {name} is approved"
        return f"InstallPlan {name} is {status.get('phase') or 'new'}"

    def _without_plan(self, subscription: Json, plans: list[Json]) -> str:
        """Say why there is no plan for the pinned version alone, and refuse one that brings more."""
        status = subscription.get("status") or {}
        reference = (status.get("installPlanRef") or {}).get("name", "")
        for plan in plans:
            names = plan["spec"]["clusterServiceVersionNames"]
            if plan["spec"].get("approved") or (self._csv not in names and plan["metadata"]["name"] != reference):
                continue
            raise Refused(
                f"approve {self._csv} for Subscription {self._subscription} in {self._namespace}",
                f"InstallPlan {plan['metadata']['name']} installs {', '.join(names)}",
                f"Only a plan that installs exactly {', '.join([self._csv, *sorted(self._companions)])} is approved",
                "Pin the version that the channel offers, or delete the plan and give each operator its own namespace",
            )
        troubles = [
            one for one in status.get("conditions") or [] if one["type"] in TROUBLES and one["status"] == "True"
        ]
        return f"no InstallPlan yet; {quoted(troubles)}" if troubles else "no InstallPlan yet"
