"""Which edits of the catalogue are tried: places, and a few values of each that get in each other's way."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from dynamic_providers.threescale.limits import PERIODS
from tests.dynamic_providers.catalogue.catalogue import Catalogue, edited

KEYS = ("tiny", "small", "mini")
"""Models that a catalogue can have."""
METRICS, METHODS = ("tokens", "images"), ("chat", "models", "embed")
COUNTED = ("hits", *METRICS, *METHODS)
TITLES = ("Tokens", "Chat", "Calls")
RULES = ("POST /v1/chat", "GET /v1/models$", "POST /v1/embed", "GET /")
PLANS = ("standard", "gold")
BOTH = (True, False)
CORS = {"name": "cors", "version": "builtin", "configuration": {"allow_origin": "https://a.example"}, "enabled": True}
HEADERS = {"name": "headers", "version": "builtin", "configuration": {"response": []}, "enabled": True}
OFF = HEADERS | {"enabled": False}
APICAST = {"name": "apicast", "version": "builtin", "configuration": {}, "enabled": True}
CHAINS = [[], [CORS], [HEADERS, CORS], [CORS, HEADERS], [HEADERS, APICAST, CORS], [CORS, OFF]]
PRICES = [
    {},
    {"tokens from 1": {"cost_per_unit": 0.5}},
    {"tokens from 1 to 10": {"cost_per_unit": 0.01}, "tokens from 11": {"cost_per_unit": 0.005}},
    {"tokens from 1 to 20": {"cost_per_unit": 0.01}, "hits from 1": {"cost_per_unit": 1}},
]
PLAN = {"name": "Gold", "limits": {}, "prices": PRICES[2], "features": ["small"], "cost_per_month": 9.5}


@dataclass(frozen=True)
class Edit:
    """One place of the catalogue set to a value; None removes."""

    model: str
    path: tuple[str, ...]
    value: Any

    def of(self, catalogue: Catalogue) -> Catalogue:
        """Return the catalogue with this edit."""
        return edited(catalogue, self.model, self.path, self.value)


def _products(**fields: Sequence[Any]) -> list[Any]:
    """Return every mapping that has one of the values in each field, and None."""
    combined = itertools.product(*fields.values())
    return [None, *(dict(zip(fields, values, strict=True)) for values in combined)]


_COUNTED = {"friendly_name": TITLES, "description": ["", "All of them"]}
_LIMITS = itertools.product(PLANS, ("hits", "tokens", "chat"), PERIODS[-2:])
PLACES: dict[tuple[str, ...], Sequence[Any]] = {
    (): [None, {}, {}],
    ("product", "system_name"): ["KEY", "KEY-two"],
    ("product", "name"): ["Model", "Modèle <b>", "X"],
    ("product", "description"): ["", "A model", "Two\nlines"],
    ("product", "support_email"): [None, "help@example.com"],
    ("product", "backend_version"): ["1", "2"],
    ("product", "deployment_option"): ["hosted", "self_managed"],
    ("product", "buyers_manage_apps"): BOTH,
    ("product", "custom_keys_enabled"): BOTH,
    ("product", "buyer_plan_change_permission"): ["direct", "none"],
    ("product", "credentials_location"): ["headers", "query", None],
    ("product", "auth_user_key"): ["key", None],
    ("product", "error_auth_failed"): ["No", None],
    ("product", "error_status_no_match"): [400, None],
    ("product", "error_headers_limits_exceeded"): ["application/json", None],
    ("product", "hostname_rewrite"): ["up.example.com", ""],
    ("product", "api_test_path"): ["/v1/models", "/"],
    ("backend", "system_name"): ["KEY", "KEY-two"],
    ("backend", "name"): ["Server", "Other"],
    ("backend", "private_endpoint"): ["http://one.models.svc:80", "https://two.models.svc:8443/api"],
    **{("metrics", name): _products(**_COUNTED, unit=["token", "one"]) for name in METRICS},
    **{("methods", name): _products(**_COUNTED) for name in METHODS},
    **{("rules", rule): _products(metric=COUNTED, delta=[1, 2], last=BOTH) for rule in RULES},
    ("order",): [list(one) for one in itertools.permutations(RULES)],
    ("policies",): CHAINS,
    ("subscription", "name"): ["Default", "Members"],
    ("subscription", "published"): BOTH,
    ("subscription", "approval_required"): BOTH,
    ("subscription", "default"): BOTH,
    ("page",): [None, {"title": "Reference", "version": "1", "published": True}],
    ("page", "title"): ["Reference", "Guide"],
    ("page", "version"): ["1", "2"],
    ("page", "published"): BOTH,
    ("features", "fast"): [None, {"name": "Faster"}, {"name": "Fast", "description": "Short"}],
    **{("plans", plan): [None, PLAN] for plan in PLANS},
    **{("plans", plan, "name"): ["Standard", "Other"] for plan in PLANS},
    **{("plans", plan, "published"): BOTH for plan in PLANS},
    **{("plans", plan, "approval_required"): BOTH for plan in PLANS},
    **{("plans", plan, "setup_fee"): [0, 1.5] for plan in PLANS},
    **{("plans", plan, "trial_period_days"): [0, 30] for plan in PLANS},
    **{("plans", plan, "prices"): PRICES for plan in PLANS},
    **{("plans", plan, "features"): [[], ["fast"], ["small", "fast"]] for plan in PLANS},
    **{
        ("plans", plan, "limits", f"{metric} per {period}"): [None, {"value": 0}, {"value": 7}]
        for plan, metric, period in _LIMITS
    },
}
"""Path in a model → its values. `features` of a plan are taken from those of the model."""


def _at(path: tuple[str, ...]) -> st.SearchStrategy[Edit]:
    return st.builds(Edit, model=st.sampled_from(KEYS), path=st.just(path), value=st.sampled_from(PLACES[path]))


def _groups() -> st.SearchStrategy[tuple[str, ...]]:
    """Choose a part of a model first, so that one with many places is not tried more often than one with few."""
    parts = sorted({path[:1] for path in PLACES})
    return st.sampled_from(parts).flatmap(lambda part: st.sampled_from([one for one in PLACES if one[:1] == part]))


EDITS: st.SearchStrategy[Edit] = _groups().flatmap(_at)
