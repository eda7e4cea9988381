"""Settings of a product's proxy: where the gateway looks for the key, what it tells the model, what it answers."""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pulumi import Input
from pydantic import AfterValidator, Field

from dynamic_providers.declared import Props
from dynamic_providers.threescale.shapes import with_port

Status = Annotated[int, Field(ge=200, le=599)]
Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=255)]
"""porta, app/models/proxy.rb: pattern of auth_user_key and secret_token."""
PLAIN = "text/plain; charset=us-ascii"


def _public(value: str) -> str:
    url = with_port(value)
    if urlsplit(url).scheme not in ("http", "https") or urlsplit(url).path.strip("/"):
        raise ValueError("Allowed is an http or https URL without a path")
    return url.rstrip("/")


PublicUrl = Annotated[str, Field(max_length=255), AfterValidator(_public)]


@dataclass(frozen=True, kw_only=True)
class ProxySettingsArgs:
    """What a caller declares. Error texts, statuses and content types default to 3scale's own."""

    credentials_location: Input[str] = "authorization"
    """Where the key is: `authorization`, `headers` or `query`."""
    auth_user_key: Input[str] = "Authorization"
    """Name of the header or parameter that carries the key."""
    error_auth_failed: Input[str] = "Authentication failed"
    error_status_auth_failed: Input[int] = 403
    error_headers_auth_failed: Input[str] = PLAIN
    error_auth_missing: Input[str] = "Authentication parameters missing"
    error_status_auth_missing: Input[int] = 403
    error_headers_auth_missing: Input[str] = PLAIN
    error_no_match: Input[str] = "No Mapping Rule matched"
    error_status_no_match: Input[int] = 404
    error_headers_no_match: Input[str] = PLAIN
    error_limits_exceeded: Input[str] = "Usage limit exceeded"
    error_status_limits_exceeded: Input[int] = 429
    error_headers_limits_exceeded: Input[str] = PLAIN
    hostname_rewrite: Input[str] = ""
    """`Host` that the upstream sees; empty for the upstream's own."""
    api_test_path: Input[str] = "/"
    """What the admin portal suggests for a test request."""
    secret_token: Input[str] | None = None
    """Sent upstream as `X-3scale-proxy-secret-token`, a secret; None leaves the one that 3scale made alone."""
    endpoint: Input[str] | None = None
    """Public address of production, of a `self_managed` gateway only; elsewhere 3scale makes it up."""
    sandbox_endpoint: Input[str] | None = None
    """The same of staging."""


class ProxySettings(Props):
    """The same fields, resolved. Defaults of refusals are porta's (app/models/proxy.rb)."""

    credentials_location: Literal["authorization", "headers", "query"] = "authorization"
    auth_user_key: Header = "Authorization"
    error_auth_failed: str = "Authentication failed"
    error_status_auth_failed: Status = 403
    error_headers_auth_failed: str = PLAIN
    error_auth_missing: str = "Authentication parameters missing"
    error_status_auth_missing: Status = 403
    error_headers_auth_missing: str = PLAIN
    error_no_match: str = "No Mapping Rule matched"
    error_status_no_match: Status = 404
    error_headers_no_match: str = PLAIN
    error_limits_exceeded: str = "Usage limit exceeded"
    error_status_limits_exceeded: Status = 429
    error_headers_limits_exceeded: str = PLAIN
    hostname_rewrite: Annotated[str, Field(max_length=255)] = ""
    api_test_path: Annotated[str, Field(pattern="^/", max_length=255)] = "/"
    secret_token: Header | None = None
    endpoint: PublicUrl | None = None
    sandbox_endpoint: PublicUrl | None = None


OF_THE_PROXY = tuple(ProxySettings.model_fields)
