"""Plans: the terms under which an application uses a model."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from components.config.catalog import ServedName
from components.config.naming import LimitKey, PriceKey, SystemName, metric_of
from components.config.section import Section, Title, rule

_CENTS = 2
_PRICE_DIGITS = 4
"""porta keeps prices with four decimals (app/models/pricing_rule.rb), fees with two."""

Units = tuple[int, float]
"""First and last unit that a price holds for; the last may be infinite."""


def _digits(allowed: int) -> AfterValidator:
    def rounded(amount: float) -> float:
        if round(amount, allowed) != amount:
            msg = f"an amount with at most {allowed} decimals"
            raise ValueError(msg)
        return amount

    return AfterValidator(rounded)


Fee = Annotated[float, Field(ge=0, le=1_000_000), _digits(_CENTS)]
"""An amount of the tenant's currency."""

Price = Annotated[float, Field(ge=0, le=1_000_000), _digits(_PRICE_DIGITS)]
"""Price of one unit of a metric, in the tenant's currency."""


class Feature(Section):
    """Something a plan offers that no metric counts."""

    display_name: Title = Field(description="Title in the portal; all plans that have the feature share it.")
    description: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="What the feature is; all plans that have the feature share it."
    )


class Plan(Section):
    """Terms under which an application uses a model; every model that names the plan gets its own copy."""

    display_name: Title = Field(
        description="Title in the portal, by which the gateways know an application's plan too."
    )
    system_name: SystemName | None = Field(
        default=None,
        description="Permanent name of the plan in each product. When left out, the plan's key. A change replaces the "
        "plan.",
    )
    published: bool = Field(default=True, description="Whether developers see the plan.")
    approval_required: bool = Field(default=False, description="Whether an administrator must accept each application.")
    setup_fee: Fee = Field(default=0, description="Charged once, in the tenant's currency, with at most two decimals.")
    cost_per_month: Fee = Field(default=0, description="Charged every month, in the tenant's currency.")
    trial_period_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        default=0, description="Days at the beginning for which nothing is charged."
    )
    limits: dict[LimitKey, Annotated[int, Field(ge=0)]] = Field(
        default={},
        description="Limits by `<metric> per <period>`: `hits`, a token metric (`prompt_tokens`, `completion_tokens`, "
        "`total_tokens`) or an exposed operation, per minute, hour, day, week, month, year or eternity. The value is "
        "the number permitted in one period; 0 forbids hits or an operation. Tokens are counted when an answer is "
        "complete: a token limit, of at least 1, refuses once more than its value is used, so that it lets the call "
        "pass that crosses it, and calls that are at work meanwhile.",
    )
    max_tokens: Annotated[int, Field(gt=0, le=10_000_000)] | None = Field(
        default=None,
        description="Most tokens that one answer may have: a request for more is refused, and one that names no number "
        "gets this one. When left out, as many as the model gives.",
    )
    models: Annotated[tuple[ServedName, ...], Field(min_length=1)] | None = Field(
        default=None,
        description="Names of models that requests may ask for; where one server has several, such as adapters. When "
        "left out, all of them.",
    )
    prices: dict[PriceKey, Price] = Field(
        default={},
        description="Price of one unit by `<metric> from <first>` or `<metric> from <first> to <last>`, counted anew "
        "each month; at most four decimals. 3scale makes invoices only where billing is switched on by hand.",
    )
    features: dict[SystemName, Feature] = Field(
        default={}, description="What the plan offers, by permanent name; shown when developers compare plans."
    )

    @property
    def is_restricted(self) -> bool:
        """Whether the gateways refuse some requests of its applications by what is in them."""
        return self.max_tokens is not None or self.models is not None

    @model_validator(mode="after")
    def _prices_apart(self) -> Self:
        for first, second in _overlapping(self.prices):
            raise rule(
                given=f'the prices "{first}" and "{second}" hold for the same units',
                allowed="prices of a metric whose units do not overlap, each with a last unit not before its first",
                remedy=f'correct {{path}}.prices["{second}"]',
            )
        return self


def _overlapping(prices: dict[str, float]) -> Iterator[tuple[str, str]]:
    """Each price that shares a unit with an earlier one, and each whose last unit comes before its first."""
    seen: list[tuple[str, str, Units]] = []
    for key in sorted(prices):
        first, last = units = _units(key)
        if last < first:
            yield key, key
        for other, metric, (low, high) in seen:
            if metric == metric_of(key) and first <= high and low <= last:
                yield other, key
        seen.append((key, metric_of(key), units))


def _units(key: str) -> Units:
    _, _, units = key.partition(" from ")
    first, _, last = units.partition(" to ")
    return int(first), int(last) if last else float("inf")
