"""ProviderAccount: e-mail addresses of the tenant and the access code in front of its developer portal.

Its name and its time zone have no call in the Admin API (porta, admin/api/providers_controller.rb).
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CheckResult
from pydantic import Field

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.secret_input import without_value
from dynamic_providers.threescale.shapes import Email
from dynamic_providers.threescale.singleton import FORMER, Singleton, SingletonProps, SingletonProvider

ACCESS_CODE = "site_access_code"

AccessCode = Annotated[str, Field(max_length=255)]
"""porta, app/models/account.rb."""


@dataclass(frozen=True, kw_only=True)
class ProviderAccountArgs:
    """What a caller declares; a field that is left out is not managed."""

    from_email: Input[str] | None = None
    """Sender of the mails to developers."""
    support_email: Input[str] | None = None
    """Where developers turn to."""
    finance_support_email: Input[str] | None = None
    """Where developers turn to about invoices."""
    site_access_code: Input[str] | None = None
    """Secret. Who visits the portal is asked for it; "" removes it and opens the portal."""
    restore: Input[bool] = True
    """Put former values back when a field is no longer declared, and on destroy."""


class ProviderAccountProps(SingletonProps):
    """The same fields, resolved."""

    from_email: Email | None = None
    support_email: Email | None = None
    finance_support_email: Email | None = None
    site_access_code: AccessCode | None = None


class ProviderAccountProvider(SingletonProvider):
    """`/admin/api/provider`."""

    singleton = Singleton(title="tenant's account", path="provider", wrapper="account")
    props = ProviderAccountProps

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs; an access code that is refused is not quoted."""
        return without_value(super().check(_olds, news), ACCESS_CODE, "a text of at most 255 characters")


class ProviderAccount(EntityResource, module="threescale", name="ProviderAccount"):
    """The tenant's own account."""

    secret_outputs: ClassVar[tuple[str, ...]] = (ACCESS_CODE, FORMER)
    former: Output[str]
    """What the managed fields held before, as JSON text; secret."""

    def __init__(self, name: str, args: ProviderAccountArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ProviderAccountProvider(), name, args, opts)
