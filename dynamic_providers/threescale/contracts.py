"""The contracts of one account, which are its service subscriptions, in the terms of each release.

`service_subscriptions` exists from release 2.16 on. Before, `buy` makes a contract and `service_contracts` lists and
ends it; nothing changes its plan, and nothing approves it (porta, admin/api/service_contracts_controller.rb,
buyers_service_plans_controller.rb, service_subscriptions_controller.rb).
"""

from http import HTTPStatus
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound, Rejected, ThreescaleError, Unavailable

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

IN_PLACE = "plan_changes_in_place"
"""Added to each contract: whether the release can move it to another plan."""
PENDING = "pending"


class Contracts:
    """What one account is subscribed to; read once, and again after a write."""

    def __init__(self, api: "AdminApi", account: str) -> None:
        """Read the list.

        Raises:
            NotFound: there is no such account.
        """
        self._api = api
        self._account = account
        self._path = f"accounts/{account}/service_subscriptions"
        try:
            self.all = self._listed("service_subscriptions")
        except (NotFound, Unavailable) as unknown:
            if isinstance(unknown, Unavailable) and not _is_no_route(unknown):
                raise
            self._path = f"accounts/{account}/service_contracts"
            self.all = self._listed("service_contracts")

    @property
    def newer(self) -> bool:
        """Whether the release has `service_subscriptions`."""
        return self._path.endswith("service_subscriptions")

    def by_id(self, id_: str) -> Json | None:
        """Return the contract of this id."""
        return next((one for one in self.all if str(one["id"]) == id_), None)

    def on_plan(self, plan: str, *, product: str) -> Json:
        """Return the contract with `product`, made or moved to `plan` where needed, approved where possible.

        Raises:
            ThreescaleError: the plan is another product's, or cannot be changed.
        """
        held = self._of(product)
        if held is None:
            held = self._bought(plan, product)
        if str(held["plan_id"]) != plan:
            held = self._moved(held, plan, product)
        if held["state"] == PENDING and self.newer:
            self._api.call("PUT", f"{self._path}/{held['id']}/approve")
            held = self._again(product) or held
        return held

    def end(self, contract: Json) -> None:
        """End a contract; refused while the account has applications of the product, suspended ones included."""
        held = self._api.pages(f"accounts/{self._account}/applications", "applications")
        names = sorted(
            repr(one.get("name") or one["id"]) for one in held if one["service_id"] == contract["service_id"]
        )
        if names:
            raise self._in_use(contract, names)
        self._api.call("DELETE", f"{self._path}/{contract['id']}")

    def _listed(self, collection: str) -> list[Json]:
        found = self._api.pages(f"accounts/{self._account}/{collection}", collection)
        return [one | {IN_PLACE: self.newer} for one in found]

    def _of(self, product: str) -> Json | None:
        return next((one for one in self.all if str(one["service_id"]) == product), None)

    def _again(self, product: str) -> Json | None:
        self.all = self._listed(self._path.rpartition("/")[2])
        return self._of(product)

    def _bought(self, plan: str, product: str) -> Json:
        refused = None
        try:
            self._api.call("POST", f"accounts/{self._account}/service_plans/{plan}/buy")
        except Rejected as refusal:
            # An application of the account that was made meanwhile has brought a subscription with it.
            refused = refusal
        if held := self._again(product):
            return held
        if refused:
            raise refused
        for wrong in (one for one in self.all if str(one["plan_id"]) == plan):
            self._api.call("DELETE", f"{self._path}/{wrong['id']}")
        raise ThreescaleError(
            f"subscribe account {self._account} to product {product}",
            f"service plan {plan} belongs to another product",
            "Allowed is a service plan of the declared product",
            "Declare plan and product that belong together, then run again",
        )

    def _moved(self, held: Json, plan: str, product: str) -> Json:
        if self.newer:
            self._api.call("PUT", f"{self._path}/{held['id']}/change_plan", {"plan_id": int(plan)})
            return self._again(product) or held
        self.end(held)
        return self._bought(plan, product)

    def _in_use(self, contract: Json, names: list[str]) -> ThreescaleError:
        return ThreescaleError(
            f"end the subscription of account {self._account} to product {contract['service_id']}",
            f"the account still has applications of the product: {', '.join(names)}",
            "3scale ends no subscription while unsuspended applications use it, and deletes suspended ones with it",
            "Delete these applications first, then run again; in a program, let each Application depend on its "
            "account's ServiceSubscription",
        )


def _is_no_route(lost: Unavailable) -> bool:
    """Tell whether a 404 came as a page, as for an address that the release does not know."""
    return lost.wrong.startswith(f"status {HTTPStatus.NOT_FOUND.value}:")
