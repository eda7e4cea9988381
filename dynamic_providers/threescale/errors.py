"""What can go wrong between this product and 3scale.

ThreescaleError
├── NotFound            3scale itself says that the entity does not exist
├── Unauthorized        the access token is refused, or may not do this
├── Rejected            the request was understood and refused, with reasons per field
├── Taken               another entity holds the natural key
├── HalfMade            a create failed in the middle and could not be taken back
├── MaybeMade           the answer of a create was lost, and the look-up for what it made failed
└── Unavailable         no usable answer: what became of the request is not known

Every message has four parts: what was asked, what was wrong, what is allowed, what to do. Messages are made of methods,
paths, field names and 3scale's own reasons; never of request bodies, answers or credentials.
"""

# ruff: noqa: N818 - the names say what happened; all of them are a ThreescaleError

from collections.abc import Mapping, Sequence

Reasons = Mapping[str, Sequence[str]]
"""Field name → 3scale's reasons."""

BASE = "base"
"""Rails' name for an entity as a whole."""
REASON_CHARACTERS = 200
"""Reasons are 3scale's own sentences; whatever stands in for one is cut at this length."""


class ThreescaleError(Exception):
    """A request to the Admin API that did not succeed."""

    def __init__(self, asked: str, wrong: str, allowed: str, remedy: str) -> None:
        super().__init__(f"{asked}: {wrong}. {allowed}. {remedy}.")
        self.asked = asked
        self.wrong = wrong


class NotFound(ThreescaleError):
    """3scale itself answered 404; a 404 of anything else on the way is `Unavailable`."""

    def __init__(self, asked: str) -> None:
        super().__init__(
            asked,
            "3scale knows no such entity",
            "Only entities that exist can be read or changed",
            "If it was deleted by hand, run `pulumi refresh` and then `pulumi up`, which makes it again",
        )


class Unauthorized(ThreescaleError):
    """3scale answered 403 (it never answers 401): the token is wrong, expired, or lacks a scope."""

    def __init__(self, asked: str, reason: str, *, unexplained: bool = False) -> None:
        super().__init__(
            asked,
            f"the access token was refused ({reason[:REASON_CHARACTERS]})",
            "Allowed is a personal access token of an administrator of this tenant with the scopes account_management "
            "and policy_registry and the permission rw",
            "Set a valid one as the stack secret `threescaleAccessToken`, or in THREESCALE_ACCESS_TOKEN",
        )
        self.unexplained = unexplained
        """True for an answer without a body, which 3scale gives to no wrong token."""


class Rejected(ThreescaleError):
    """3scale understood the request and refused it."""

    def __init__(self, asked: str, reasons: Reasons) -> None:
        self.reasons = {field: [reason[:REASON_CHARACTERS] for reason in found] for field, found in reasons.items()}
        told = "; ".join(f"{field} {', '.join(found)}".removeprefix("base ") for field, found in self.reasons.items())
        remedy = (
            "Remove what stands in the way" if asked.startswith("DELETE") else "Correct the field where it is declared"
        )
        super().__init__(
            asked, f"3scale refused it: {told}", "Allowed is what the reason says", f"{remedy}, then run again"
        )

    def is_taken(self, field: str) -> bool:
        """Tell whether `field` was refused as taken (porta's text for every unique column)."""
        return any("has already been taken" in reason for reason in self.reasons.get(field, ()))


class Taken(ThreescaleError):
    """The natural key of an entity to be created is held by another one."""

    def __init__(self, title: str, key: str, id_: str, *, switch: str) -> None:
        super().__init__(
            f"create {title} {key!r}",
            f"this name is already taken by {title} id {id_}",
            "Names are unique in 3scale",
            f"To take over {title} {id_} with all that is set on it, declare `adopt: true`, which is "
            f"`{switch}` in the stack's configuration; else choose another name",
        )
        self.id = id_


class HalfMade(ThreescaleError):
    """A create was broken off after its first call, and removing what it had made failed too."""

    def __init__(self, title: str, id_: str, cause: Exception, *, switch: str) -> None:
        super().__init__(
            f"create {title}",
            f"{title} id {id_} was made, then: {cause} Removing it again failed as well",
            "An entity is either complete or absent",
            f"When 3scale answers again, run with `adopt: true`, which is `{switch}` in the stack's configuration, "
            f"to complete {title} {id_}, or delete it in 3scale",
        )


class MaybeMade(ThreescaleError):
    """The answer of a create was lost, and so was that of the look-up for what it had made."""

    def __init__(self, title: str, key: str, cause: ThreescaleError, *, switch: str) -> None:
        super().__init__(
            f"create {title} {key!r}",
            f"its answer was lost, and looking for {title} {key!r} failed too ({cause.wrong}), so it may exist or not",
            "A create is sent again only when it is certain that the first one made nothing",
            "When 3scale answers again, run `pulumi up`: it makes what is missing. If it refuses the name as taken, "
            f"this create has probably made it: compare, then declare `adopt: true`, which is `{switch}` in the "
            "stack's configuration",
        )


class Unavailable(ThreescaleError):
    """3scale gave no usable answer; a write may have happened or not."""

    def __init__(  # noqa: PLR0913 - facts about one failure, all but two optional
        self,
        asked: str,
        wrong: str,
        *,
        remedy: str = "",
        retry_after_seconds: float = 0.0,
        unreadable: bool = False,
        hopeless: bool = False,
    ) -> None:
        super().__init__(
            asked,
            wrong,
            "Allowed is a JSON answer of 3scale's Admin API",
            remedy or "See that `adminUrl` is right and 3scale is up, then run again: the next run completes the rest",
        )
        self.retry_after_seconds = retry_after_seconds
        self.unreadable = unreadable
        """True when an answer came but made no sense: worth asking once more."""
        self.hopeless = hopeless
        """True when no waiting will help, only another configuration."""

    @property
    def lost_a_create(self) -> bool:
        """True when the request was a POST, which nobody may repeat without looking first."""
        return self.asked.startswith("POST ")
