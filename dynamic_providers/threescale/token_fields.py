"""Shapes of an access token's fields, in the form in which 3scale answers them."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

Scope = Literal["account_management", "cms", "finance", "policy_registry", "stats"]
"""What a token opens (porta, app/models/access_token.rb)."""


def _as_set(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


def _instant(value: str) -> str:
    if not value:
        return value
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ValueError("Allowed is a date and time with its zone, such as 2027-01-31T00:00:00Z")
    return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Scopes = Annotated[list[Scope], Field(min_length=1), AfterValidator(_as_set)]
"""At least one; the order counts for nothing."""
Instant = Annotated[str, AfterValidator(_instant)]
"""A point in time in UTC and whole seconds; "" for none."""
