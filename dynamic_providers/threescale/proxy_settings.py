"""Settings of a product's proxy: where the gateway looks for the key, what it tells the model, what it answers.

Each write of them is deployed to staging at once; `ProxyPromotion` brings it to production.
"""

from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pulumi import Input
from pulumi.dynamic import CheckFailure
from pydantic import AfterValidator, Field

from dynamic_providers.declared import Props, has_unknown
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.shapes import with_port

HOSTS = ("endpoint", "sandbox_endpoint")
"""What 3scale makes up for each product whose gateway is its own."""
SECRET_TOKEN = "secret_token"  # noqa: S105 - a field's name
SELF_MANAGED = "self_managed"
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


def of_the_proxy(proxy: Json) -> Json:
    """Return the settings and hosts that a proxy of the server has."""
    return {name: proxy.get(name) for name in OF_THE_PROXY}


def proxy_body(wanted: Json) -> Json:
    """Return what is sent to a proxy; null takes a value back. 3scale's own hosts are never sent."""
    body = {name: wanted[name] for name in OF_THE_PROXY if name not in (SECRET_TOKEN, *HOSTS)}
    body["hostname_rewrite"] = wanted["hostname_rewrite"] or None
    if SECRET_TOKEN in wanted:
        body[SECRET_TOKEN] = wanted[SECRET_TOKEN]
    if wanted["deployment_option"] == SELF_MANAGED:
        body |= {name: wanted.get(name) for name in HOSTS}
    return body


def managed(raw: Json) -> Json:
    """Return `raw` without hosts that nobody declared: of any but a self-managed gateway they are outputs alone."""
    own = raw.get("deployment_option") == SELF_MANAGED
    return {name: value for name, value in raw.items() if name not in HOSTS or (own and value)}


def check_failures(news: Json, failures: list[CheckFailure]) -> list[CheckFailure]:
    """Return `failures` of the inputs `news`, with hosts that 3scale makes up, and without quoting a secret."""
    shown = [failure for failure in failures if failure.property != SECRET_TOKEN]
    if len(shown) < len(failures):
        rule = "Allowed are 1 to 255 letters, digits, _ and -"
        shown.append(CheckFailure(SECRET_TOKEN, f"what was given is refused. {rule}. Correct the secret"))
    option = news.get("deployment_option", "hosted")
    if option != SELF_MANAGED and not has_unknown(option):
        reason = (
            f"declared with the deployment option {option!r}. Allowed is it with {SELF_MANAGED!r}, elsewhere 3scale"
        )
        rest = "makes it up. Leave it out, or run the gateway yourself"
        shown += [CheckFailure(name, f"{reason} {rest}") for name in HOSTS if news.get(name)]
    return shown
