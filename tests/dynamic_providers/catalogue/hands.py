"""What people do to a tenant by hand: one table of acts, each a few calls of the Admin API.

What is not there, or what 3scale refuses, is left alone, as a person would leave it.
"""

import contextlib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from dynamic_providers.threescale.client import AdminApi
from dynamic_providers.threescale.errors import ThreescaleError
from tests.dynamic_providers.catalogue.edits import APICAST, CORS, HEADERS, KEYS, TITLES
from tests.dynamic_providers.catalogue.meaning import Rows, alive
from tests.support.plugin_host import Json

PERSONS = ("owner", "colleague")
"""Whose token is used: the provider's own, or another one's; 3scale compares deployments by person."""


class NotThere(Exception):  # noqa: N818 - says what happened
    """What was to be edited does not exist."""


@dataclass(frozen=True)
class ByHand:
    """One act of a person on one model."""

    person: str
    model: str
    act: str
    value: Any = None

    def on(self, rows: Rows, apis: Mapping[str, AdminApi]) -> None:
        """Do it, if it can be done."""
        with contextlib.suppress(NotThere, ThreescaleError):
            ACTS[self.act][0](Desk(apis[self.person], rows, self.model), self.value)


class Desk:
    """One person in front of the admin portal, looking at the product of one model."""

    def __init__(self, api: AdminApi, rows: Rows, key: str) -> None:
        """The product is found by the key that its system name begins with."""
        self.api, self._rows, self._key = api, rows, key
        products = alive(rows, "service")
        self.product = self.one(one for one in products if one["system_name"].startswith(key))["id"]
        self.path = f"services/{self.product}"

    def one(self, found: Iterable[Json], place: int = 0) -> Json:
        """Return one of what was found: counted round, so that every place is one."""
        held = list(found)
        if not held:
            raise NotThere
        return held[place % len(held)]

    def rows(self, kind: str, **match: object) -> list[Json]:
        """Return the rows of one kind that match."""
        return [row for row in self._rows.get(kind, []) if match.items() <= row.items()]

    def put(self, path: str, wrapper: str, fields: Json) -> None:
        """Change an entity."""
        self.api.call("PUT", path, {wrapper: fields})

    def add(self, path: str, wrapper: str, fields: Json) -> Json:
        """Make an entity and return it."""
        return self.api.item("POST", path, {wrapper: fields})

    def remove(self, path: str) -> None:
        """Delete an entity."""
        self.api.call("DELETE", path)

    def backend(self, key: str | None = None) -> int:
        """Return the id of the backend of a model."""
        held = alive(self._rows, "backend_api")
        return int(self.one(one for one in held if one["system_name"].startswith(key or self._key))["id"])

    def rule(self, place: int) -> str:
        """Return the path of one rule."""
        (proxy,) = self.rows("proxy", service_id=self.product)
        held = self.rows("mapping_rule", owner_type="Proxy", owner_id=proxy["id"])
        return f"{self.path}/proxy/mapping_rules/{self.one(held, place)['id']}"

    def metric(self, place: int) -> Json:
        """Return one metric or method."""
        return self.one(self.rows("metric", owner_type="Service", owner_id=self.product), place)

    def metric_path(self, place: int) -> str:
        """Return its path."""
        metric = self.metric(place)
        above = f"{self.path}/metrics"
        return (
            f"{above}/{metric['parent_id']}/methods/{metric['id']}"
            if metric["parent_id"]
            else f"{above}/{metric['id']}"
        )

    def plan(self, place: int, kind: str = "application_plan") -> int:
        """Return the id of one plan."""
        return int(self.one(self.rows("plan", type=kind, issuer_id=self.product), place)["id"])

    def of_plan(self, kind: str, place: int) -> Json:
        """Return one limit or price of the first plan that has any."""
        plans = {one["id"] for one in self.rows("plan", issuer_id=self.product)}
        return self.one((one for one in self.rows(kind) if one["plan_id"] in plans), place)

    def page(self) -> str:
        """Return the path of the document."""
        return f"active_docs/{self.one(self.rows('active_doc', service_id=self.product))['id']}"


def _counted(desk: Desk, collection: str, row: Json) -> str:
    return f"application_plans/{row['plan_id']}/metrics/{row['metric_id']}/{collection}/{row['id']}"


def _rule_added(desk: Desk, rule: str) -> None:
    method, pattern = rule.split(" ")
    fields = {"http_method": method, "pattern": pattern, "delta": 3, "metric_id": desk.metric(1)["id"], "position": 1}
    desk.add(f"{desk.path}/proxy/mapping_rules", "mapping_rule", fields)


def _recounted(desk: Desk, place: int) -> None:
    desk.put(desk.rule(place), "mapping_rule", {"metric_id": desk.metric(place + 1)["id"]})


def _metric_counted(desk: Desk, name: str) -> None:
    path, fields = f"{desk.path}/metrics", {"system_name": name, "friendly_name": f"Hand {name}", "unit": "x"}
    added = desk.add(path, "metric", fields)
    rule = {"http_method": "GET", "pattern": f"/{name}", "delta": 1, "metric_id": added["id"]}
    desk.add(f"{desk.path}/proxy/mapping_rules", "mapping_rule", rule)


def _method_added(desk: Desk, name: str) -> None:
    (hits,) = desk.rows("metric", owner_type="Service", owner_id=desk.product, system_name="hits")
    fields = {"system_name": name, "friendly_name": f"Hand {name}"}
    desk.add(f"{desk.path}/metrics/{hits['id']}/methods", "metric", fields)


def _limit_added(desk: Desk, period: str) -> None:
    path = f"application_plans/{desk.plan(0)}/metrics/{desk.metric(0)['id']}/limits"
    desk.add(path, "usage_limit", {"period": period, "value": 5})


def _limit_changed(desk: Desk, place: int) -> None:
    desk.put(_counted(desk, "limits", desk.of_plan("limit", place)), "usage_limit", {"value": 99})


def _price_added(desk: Desk, lowest: int) -> None:
    path = f"application_plans/{desk.plan(0)}/metrics/{desk.metric(0)['id']}/pricing_rules"
    desk.add(path, "pricing_rule", {"min": lowest, "cost_per_unit": 3})


def _feature_attached(desk: Desk, name: str) -> None:
    held = desk.rows("feature", service_id=desk.product, system_name=name)
    fields = {"system_name": name, "name": f"Hand {name}", "scope": "ApplicationPlan"}
    feature = held[0] if held else desk.add(f"{desk.path}/features", "feature", fields)
    desk.api.call("POST", f"application_plans/{desk.plan(0)}/features", {"feature_id": feature["id"]})


def _feature_detached(desk: Desk, place: int) -> None:
    attached = desk.of_plan("plan_feature", place)
    desk.remove(f"application_plans/{attached['plan_id']}/features/{attached['feature_id']}")


def _feature(desk: Desk, place: int) -> str:
    return f"{desk.path}/features/{desk.one(desk.rows('feature', service_id=desk.product), place)['id']}"


def _usage(desk: Desk) -> str:
    return f"{desk.path}/backend_usages/{desk.one(desk.rows('backend_usage', service_id=desk.product))['id']}"


def _usage_added(desk: Desk, key: str) -> None:
    fields = {"backend_api_id": desk.backend(key), "path": "/by/hand"}
    desk.add(f"{desk.path}/backend_usages", "backend_api_config", fields)


def _other_default(desk: Desk, name: str) -> None:
    made = desk.add(f"{desk.path}/service_plans", "service_plan", {"name": name, "system_name": name.lower()})
    desk.api.call("PUT", f"{desk.path}/service_plans/{made['id']}/default")


def _deployed(desk: Desk, _: None) -> None:
    desk.api.call("POST", f"{desk.path}/proxy/deploy")


def _promoted(desk: Desk, _: None) -> None:
    _deployed(desk, None)
    newest = desk.api.item("GET", f"{desk.path}/proxy/configs/sandbox/latest")["version"]
    desk.api.call("POST", f"{desk.path}/proxy/configs/sandbox/{newest}/promote", {"to": "production"})


def _service_plan(desk: Desk) -> str:
    return f"{desk.path}/service_plans/{desk.plan(0, 'service_plan')}"


def _application_plan(desk: Desk, place: int = 0) -> str:
    return f"{desk.path}/application_plans/{desk.plan(place)}"


Act = tuple[Callable[[Desk, Any], object], Sequence[Any]]
NOTHING, PLACES = (None,), range(5)
"""Which of several is meant, counted round."""
ACTS: dict[str, Act] = {
    "product changed": (
        lambda by, fields: by.put(by.path, "service", fields),
        [{"name": "Hand"}, {"description": "Hand"}, {"buyers_manage_apps": False},
                         {"backend_version": "2"}, {"support_email": "hand@example.com"},
                         {"deployment_option": "self_managed"}],
    ),
    "product deleted": (lambda by, _: by.remove(by.path), NOTHING),
    "proxy changed": (
        lambda by, fields: by.api.call("PATCH", f"{by.path}/proxy", {"proxy": fields}),
        [{"hostname_rewrite": "by.hand"}, {"error_no_match": "Hand"}, {"auth_user_key": "hand"},
                         {"api_test_path": "/hand"}, {"credentials_location": "query"}, {"oauth_login_url": ""}],
    ),
    "backend changed": (
        lambda by, fields: by.put(f"backend_apis/{by.backend()}", "backend_api", fields),
        [{"private_endpoint": "http://hand.models.svc:80"}, {"name": "Hand"},
                         {"private_endpoint": "https://two.models.svc:8443/api"}],
    ),
    "rule added": (_rule_added, ["GET /", "GET /by/hand", "POST /v1/chat", "POST /v1/embed"]),
    "rule changed": (
        lambda by, value: by.put(by.rule(value[0]), "mapping_rule", value[1]),
        [*itertools.product(PLACES, [{"delta": 9}, {"position": 1}, {"position": 3}, {"last": True},
                                           {"pattern": "/hand"}, {"http_method": "DELETE"}])],
    ),
    "rule counts another metric": (_recounted, PLACES),
    "rule deleted": (lambda by, place: by.remove(by.rule(place)), PLACES),
    "metric added and counted": (_metric_counted, ["hand1", "images"]),
    "method added": (_method_added, ["hand2", "embed"]),
    "metric changed": (
        lambda by, value: by.put(by.metric_path(value[0]), "metric", value[1]),
        [*itertools.product(PLACES, [{"friendly_name": "Hand"}, {"friendly_name": TITLES[-1]},
                                           {"unit": "hand"}, {"description": "Hand"}])],
    ),
    "metric deleted": (lambda by, place: by.remove(by.metric_path(place)), PLACES),
    "plan changed": (
        lambda by, fields: by.put(_application_plan(by), "application_plan", fields),
        [{"name": "Hand"}, {"state_event": "hide"}, {"approval_required": True},
                         {"cost_per_month": 77}, {"trial_period_days": 7}],
    ),
    "plan deleted": (lambda by, place: by.remove(_application_plan(by, place)), PLACES),
    "limit added": (_limit_added, ["minute", "day", "year"]),
    "limit changed": (_limit_changed, PLACES),
    "limit deleted": (lambda by, place: by.remove(_counted(by, "limits", by.of_plan("limit", place))), PLACES),
    "price added": (_price_added, [1, 5000]),
    "price deleted": (
        lambda by, place: by.remove(_counted(by, "pricing_rules", by.of_plan("pricing_rule", place))), PLACES,
    ),
    "feature attached": (_feature_attached, ["hand", "small", "fast"]),
    "feature detached": (_feature_detached, PLACES),
    "feature changed": (lambda by, place: by.put(_feature(by, place), "feature", {"name": "Hand"}), PLACES),
    "feature deleted": (lambda by, place: by.remove(_feature(by, place)), PLACES),
    "policies changed": (
        lambda by, chain: by.put(f"{by.path}/proxy/policies", "proxy", {"policies_config": chain}),
        [[], [HEADERS], [CORS, APICAST, HEADERS], [APICAST, CORS]],
    ),
    "usage moved": (lambda by, _: by.put(_usage(by), "backend_api_config", {"path": "/moved"}), NOTHING),
    "usage added": (_usage_added, KEYS),
    "usage deleted": (lambda by, _: by.remove(_usage(by)), NOTHING),
    "service plan changed": (
        lambda by, fields: by.put(_service_plan(by), "service_plan", fields),
        [{"name": "Hand"}, {"state_event": "hide"}, {"approval_required": True}],
    ),
    "service plan deleted": (lambda by, _: by.remove(_service_plan(by)), NOTHING),
    "other service plan made default": (_other_default, ["Other", "Another"]),
    "page changed": (
        lambda by, fields: by.put(by.page(), "api_docs_service", fields),
        [{"body": "{}"}, {"published": False}, {"name": "Hand"}, {"description": "Hand"},
                         {"skip_swagger_validations": True, "body": '{"openapi": "3.0.3"}'}],
    ),
    "page deleted": (lambda by, _: by.remove(by.page()), NOTHING),
    "deployed": (_deployed, NOTHING),
    "promoted": (_promoted, NOTHING),
}  # fmt: skip
"""Name of an act → what is done, and with which values."""


def _acts() -> st.SearchStrategy[ByHand]:
    def of(act: str) -> st.SearchStrategy[ByHand]:
        persons, models = st.sampled_from(PERSONS), st.sampled_from(KEYS)
        return st.builds(ByHand, person=persons, model=models, act=st.just(act), value=st.sampled_from(ACTS[act][1]))

    return st.sampled_from(sorted(ACTS)).flatmap(of)


HAND_EDITS: st.SearchStrategy[ByHand] = _acts()
