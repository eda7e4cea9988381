"""ServiceSubscription: a developer account may see and use one product, under one of its service plans.

An account has at most one subscription to a product. One that is there already, because signing up or making an
application brought it, is taken over, and moved where its plan is another one. 3scale ends no subscription while the
account has unsuspended applications of the product, and ending one deletes the suspended ones, so both are refused.
"""

from contextlib import suppress
from dataclasses import dataclass

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.contracts import IN_PLACE, Contracts
from dynamic_providers.threescale.entity import EntityResource, TenantProvider
from dynamic_providers.threescale.errors import NotFound
from dynamic_providers.threescale.shapes import Id

PLAN = "service_plan_id"


@dataclass(frozen=True, kw_only=True)
class ServiceSubscriptionArgs:
    """What a caller declares."""

    account_id: Input[str]
    service_plan_id: Input[str]
    """A service plan of the product. Another one is an update from release 2.16 on, a replacement before."""
    product_id: Input[str]
    """The plan's product."""


class ServiceSubscriptionProps(Props):
    """The same fields, resolved."""

    account_id: Id
    service_plan_id: Id
    product_id: Id


class ServiceSubscriptionProvider(TenantProvider):
    """`/admin/api/accounts/{account_id}/service_subscriptions`, and what stands for it before 2.16."""

    props = ServiceSubscriptionProps
    replace_on = frozenset({"account_id", "product_id"})

    def diff(self, _id: str, _olds: Json, _news: Json) -> DiffResult:
        """Say what replaces: another plan too, where the tenant's release cannot change it."""
        found, plan = super().diff(_id, _olds, _news), self.canonical(_news).get(PLAN)
        if _olds.get(IN_PLACE) is False and plan != self.canonical(_olds).get(PLAN):
            found.replaces = sorted({*(found.replaces or []), PLAN})
        return found

    def create(self, props: Json) -> CreateResult:
        """Subscribe the account, or take over the subscription that it has."""
        wanted = self.canonical(props)
        contract, was_there = self._converged(wanted)
        if was_there:
            self.api.adopt(_path(contract["id"]))
        return CreateResult(str(contract["id"]), self._state(contract, wanted))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Move the subscription to the declared plan."""
        wanted = self.canonical(_news)
        contract, _ = self._converged(wanted)
        return UpdateResult(self._state(contract, wanted))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what the account has; no id when the subscription or the account is gone."""
        known = self.canonical(props)
        contract = None
        with suppress(NotFound):
            contract = Contracts(self.api, known["account_id"]).by_id(id_)
        if contract is None:
            return ReadResult(None, {})
        state = self._state(contract, known)
        return ReadResult(id_, state, self.canonical(state))

    def delete(self, _id: str, _props: Json) -> None:
        """End the subscription; one that is gone, with its account or alone, is fine.

        One that this run has taken over stays: the record that is deleted now is the older one of two.
        """
        known = self.canonical(_props)
        if self.api.adopted(_path(_id)):
            return
        with suppress(NotFound):
            contracts = Contracts(self.api, known["account_id"])
            if contract := contracts.by_id(_id):
                contracts.end(contract)

    def _converged(self, wanted: Json) -> tuple[Json, bool]:
        """Return the account's contract with the product, made or moved as declared, and whether it was there before.

        It looks before it writes.
        """
        api, looks = self.api, list[set[str]]()

        def attempt() -> Json:
            contracts = Contracts(api, wanted["account_id"])
            looks.append({str(one["id"]) for one in contracts.all})
            return contracts.on_plan(wanted[PLAN], product=wanted["product_id"])

        contract = api.heal(attempt)
        return contract, str(contract["id"]) in looks[0]

    def _state(self, contract: Json, known: Json) -> Json:
        told = {PLAN: str(contract["plan_id"]), "product_id": str(contract["service_id"])}
        return known | told | {"state": contract["state"], IN_PLACE: contract[IN_PLACE]}


def _path(id_: object) -> str:
    return f"service_subscriptions/{id_}"


class ServiceSubscription(EntityResource, module="threescale", name="ServiceSubscription"):
    """A subscription of a developer account to a product."""

    # An application that takes its account from here is deleted before the subscription is, as 3scale demands.
    account_id: Output[str]
    state: Output[str]
    """`live`, or `pending` where the plan requires an approval that was not given."""
    plan_changes_in_place: Output[bool]
    """Whether the tenant's release can move a subscription to another plan."""

    def __init__(self, name: str, args: ServiceSubscriptionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ServiceSubscriptionProvider(), name, args, opts)
