"""AccessToken: a token of the administrator whose token this program uses, for programs of other teams.

3scale tells the value once, in the answer that makes it, and lets nothing of a token be changed. So any change makes
another one, a value that was lost is replaced, and adopting a name means to revoke what has it. A token is seen only
by its own user: under the token of another administrator it looks as if it were gone, and is not revoked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CheckResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale import token_end, token_refusals
from dynamic_providers.threescale.entity import OF_TENANT, Entity, EntityResource
from dynamic_providers.threescale.shapes import Title
from dynamic_providers.threescale.token_fields import Instant, Scopes
from dynamic_providers.threescale.token_in_use import is_of_a_create, refuse_own, refuse_perhaps_own
from dynamic_providers.threescale.told_once import ToldOnceProvider

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class AccessTokenArgs:
    """What a caller declares."""

    name: Input[str]
    """3scale would make several of one name; here a name is refused while a token has it."""
    scopes: Input[Sequence[Input[str]]]
    """Any of `account_management`, `cms`, `finance`, `policy_registry`, `stats`, in any order."""
    permission: Input[str]
    """`ro` only reads, `rw` writes too."""
    expires_at: Input[str] = ""
    """Date and time with its zone, from 3scale 2.16 on; "" for a token that does not end."""
    adopt: Input[bool] = False
    """Revoke the tokens of this name, whose values nobody can read, and make another."""


class AccessTokenProps(Props):
    """The same fields, resolved."""

    name: Title
    scopes: Scopes
    permission: Literal["ro", "rw"]
    expires_at: Instant = ""
    adopt: bool = False


class AccessTokenProvider(ToldOnceProvider):
    """`/admin/api/personal/access_tokens`."""

    entity = Entity(
        title="access token",
        path="personal/access_tokens",
        wrapper="token",
        collection="access_tokens",
        natural_key="name",
        switch=OF_TENANT,
    )
    props = AccessTokenProps
    replace_on = frozenset({"name", "scopes", "permission", "expires_at"})
    told = "value"

    @staticmethod
    def clock() -> datetime:
        """Return the present, with its zone."""
        return datetime.now(UTC)

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs and what is refused: also an end that is over, of a token that is to be made.

        A token that is in the state may have come to its end since; nothing about it would be changed, so it passes.
        """
        checked = super().check(_olds, news)
        to_be_made = not _olds or self._replacing(self.canonical(_olds), checked.inputs)
        return token_end.not_over(checked, self.clock()) if to_be_made else checked

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - always fresh
        """Return the id of the newest token of this name; adopting revokes it and makes another."""
        held = self.held(api, wanted)
        return str(max(one["id"] for one in held)) if held else None

    def matches(self, api: "AdminApi", id_: str, wanted: Json) -> bool:
        """Tell whether the token is as declared, and is not the one that this program works with."""
        tokens = list(api.pages(self.entity.path, self.entity.collection))
        token = next((one for one in tokens if str(one["id"]) == id_), None)
        return token is not None and self.inputs(token, wanted) == wanted and is_of_a_create(api, token, tokens)

    def live(self, item: Json) -> Json:
        """Return all that 3scale tells again: everything but the value."""
        return super().live(item) | {"expires_at": item.get("expires_at") or ""}

    def spare(self, api: "AdminApi", held: list[Json], wanted: Json) -> None:
        """Refuse a taken name, or to revoke what this program may be working with."""
        if not wanted["adopt"]:
            raise token_refusals.taken(wanted["name"], [str(one["id"]) for one in held], OF_TENANT)
        refuse_perhaps_own(api, held)

    def delete(self, _id: str, _props: Json) -> None:
        """Revoke the token, unless it is the one that this program works with."""
        refuse_own(self.api, _id, str(_props.get(self.told) or ""))
        super().delete(_id, _props)

    def held(self, api: "AdminApi", wanted: Json) -> list[Json]:
        """Return the tokens of the declared name."""
        tokens = api.pages(self.entity.path, self.entity.collection)
        return [one for one in tokens if one["name"] == wanted["name"]]

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Refuse a token that would not end as declared."""
        if wanted["expires_at"] and not item.get("expires_at"):
            endless = token_refusals.endless(wanted["name"], wanted["expires_at"])
            self._take_back(api, str(item["id"]), wanted, endless)
            raise endless
        return item


class AccessToken(EntityResource, module="threescale", name="AccessToken"):
    """An access token of the tenant."""

    secret_outputs: ClassVar[tuple[str, ...]] = ("value",)
    name: Output[str]
    value: Output[str]
    """The token itself; secret."""

    def __init__(self, name: str, args: AccessTokenArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(AccessTokenProvider(), name, args, opts)
