"""What is refused about access tokens, in sentences; no value of a token is in any of them."""

from collections.abc import Sequence

from dynamic_providers.threescale.errors import ThreescaleError


def taken(name: str, ids: Sequence[str], switch: str) -> ThreescaleError:
    """Return the refusal of a name that the tokens `ids` have."""
    return ThreescaleError(
        f"create access token {name!r}",
        f"this name is already taken by access token id {', '.join(ids)}, whose value cannot be read",
        "3scale would make another one of the same name",
        f"To revoke what has the name and make another, declare `adopt: true`, which is `{switch}` in the stack's "
        "configuration; else choose another name",
    )


def endless(name: str, expires_at: str) -> ThreescaleError:
    """Return the refusal of a token whose declared end 3scale did not take."""
    return ThreescaleError(
        f"create access token {name!r}",
        f"3scale ignored `expires_at` {expires_at}, so the token would never end; it was revoked",
        "3scale knows an end of tokens from release 2.16 on",
        "Leave `expires_at` out, or update 3scale",
    )


def over(expires_at: str) -> str:
    """Return the refusal of a declared end that has passed, as the reason of a failed check."""
    return (
        f"{expires_at!r} is refused, because it is in the past and the new token would open nothing. Allowed is a "
        "later point in time, or none at all for a token that does not end. Correct it where it is declared, in the "
        "stack's configuration `threescale.automationToken.expiresAt`"
    )


def in_use(id_: str, wrong: str) -> ThreescaleError:
    """Return the refusal to revoke the token `id_`; `wrong` tells why."""
    return ThreescaleError(
        f"revoke access token id {id_}",
        wrong,
        "Only a token that is certainly another one is revoked",
        "Give this program another token (the stack secret `threescaleAccessToken`) or revoke that one by hand in the "
        "admin portal, then run again",
    )
