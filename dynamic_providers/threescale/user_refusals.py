"""Why 3scale refuses something about a developer user, in words that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import NotFound, Rejected, ThreescaleError

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

LENGTHS = (
    "Allowed are at least 6 characters up to release 2.16 (8 of mixed kinds where strong passwords are switched on) "
    "and at least 15 in later ones"
)
"""porta, app/models/user.rb of each release."""


@contextmanager
def explained(api: "AdminApi", verb: str, wanted: Json) -> Iterator[None]:
    """Turn a refusal of username, e-mail address or password into an error that names its holder or the rule."""
    asked = f"{verb} developer user {wanted['username']!r} of account {wanted['account_id']}"
    try:
        yield
    except Rejected as refusal:
        if told := refusal.reasons.get("password"):
            wrong = f"3scale refused the declared password: {', '.join(told)}"
            raise ThreescaleError(asked, wrong, LENGTHS, "Declare another password, then run again") from None
        for field in ("username", "email"):
            if refusal.is_taken(field):
                raise _taken(api, asked, field, wanted) from None
        raise


def _taken(api: "AdminApi", asked: str, field: str, wanted: Json) -> ThreescaleError:
    holder = "another user"
    with suppress(NotFound):
        account = api.item("GET", "accounts/find", query={field: wanted[field]})
        holder = f"a user of account {account['id']}"
    return ThreescaleError(
        asked,
        f"the {field} {wanted[field]!r} is already taken by {holder}",
        "Names and addresses are unique among all developer users of a tenant, and no user can move to another account",
        f"Declare another {field}, or delete that user in 3scale, then run again",
    )


def of_deletion(api: "AdminApi", id_: str, known: Json, refusal: Rejected) -> ThreescaleError:
    """Return what to say when the user `id_` was not deleted: about an only administrator, or `refusal` itself."""
    account = known["account_id"]
    users = api.pages(f"accounts/{account}/users", "users")
    if [str(user["id"]) for user in users if user["role"] == "admin"] != [id_]:
        return refusal
    return ThreescaleError(
        f"delete developer user {known['username']!r} (id {id_})",
        f"it is the only administrator of account {account}",
        "An account keeps at least one administrator as long as it exists",
        "Make another user of the account an administrator first, or delete the account with all its users; to keep "
        "the user in 3scale and forget it here, run `pulumi state delete` with its URN",
    )
