"""SsoIntegration: the button of the developer portal by which people sign in through the realm.

3scale keeps one integration of each kind and cannot delete it (porta, authentication_providers_controller.rb). So
destroying unpublishes it, and creating takes over an unpublished one of the same kind and names. Kind, title and
permanent name cannot be changed, not even by a replacement.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CheckResult
from pydantic import Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import OF_TENANT, Entity, EntityResource
from dynamic_providers.threescale.secret_input import without_value
from dynamic_providers.threescale.shapes import SystemName, Title
from dynamic_providers.threescale.undeletable import UndeletableProvider

SECRET = "client_secret"  # noqa: S105 - the name of a field


@dataclass(frozen=True, kw_only=True)
class SsoIntegrationArgs:
    """What a caller declares."""

    name: Input[str]
    """Title on the button; cannot be changed later."""
    system_name: Input[str]
    """Permanent name, part of the call-back's address; cannot be changed later."""
    client_id: Input[str]
    """The realm's client for the portal."""
    client_secret: Input[str]
    """Secret of that client."""
    site: Input[str]
    """Address of the realm, `https://<host>/realms/<realm>`."""
    kind: Input[str] = "keycloak"
    """`keycloak` or `auth0`; cannot be changed later."""
    published: Input[bool] = True
    """The log-in page offers it."""
    automatically_approve_accounts: Input[bool] = False
    """The account of somebody who signs in for the first time is approved at once."""
    skip_ssl_certificate_verification: Input[bool] = False
    """3scale accepts any certificate of the realm."""
    adopt: Input[bool] = False
    """Take over a published integration of this kind and these names."""


class SsoIntegrationProps(Props):
    """The same fields, resolved."""

    name: Title
    system_name: SystemName
    client_id: Title
    client_secret: Title
    site: Annotated[str, Field(pattern=r"^https?://[^\s/?#]+[^\s?#]*$", max_length=255)]
    kind: Literal["keycloak", "auth0"] = "keycloak"
    published: bool = True
    automatically_approve_accounts: bool = False
    skip_ssl_certificate_verification: bool = False
    adopt: bool = False


class SsoIntegrationProvider(UndeletableProvider):
    """`/admin/api/authentication_providers`."""

    entity = Entity(
        title="SSO integration",
        path="authentication_providers",
        wrapper="authentication_provider",
        collection="authentication_providers",
        switch=OF_TENANT,
    )
    props = SsoIntegrationProps

    one_of_each = "kind"
    immutable = ("kind", "system_name", "name")

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs; what 3scale can never change may not differ from the state."""
        return without_value(super().check(_olds, news), SECRET, "a text of 1 to 255 characters")

    def outputs(self, item: Json) -> Json:
        """Return the address to which the realm sends people back."""
        return {"callback_url": item.get("callback_url")}


class SsoIntegration(EntityResource, module="threescale", name="SsoIntegration"):
    """A log-in integration of the developer portal."""

    secret_outputs: ClassVar[tuple[str, ...]] = (SECRET,)
    system_name: Output[str]
    callback_url: Output[str]
    """Where the realm sends people back to: the client's redirect address."""

    def __init__(self, name: str, args: SsoIntegrationArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(SsoIntegrationProvider(), name, args, opts)
