"""Settings of a product's proxy: where the gateway looks for the key, and what it answers when it refuses."""

from typing import Annotated, Literal

from pydantic import Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json

HOSTS = ("endpoint", "sandbox_endpoint")
"""What 3scale makes up for each product."""
Status = Annotated[int, Field(ge=200, le=599)]
Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=255)]
"""porta, app/models/proxy.rb: pattern of auth_user_key."""
PLAIN = "text/plain; charset=us-ascii"


class ProxySettings(Props):
    """What a product declares of its proxy. Defaults of refusals are porta's (app/models/proxy.rb)."""

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


OF_THE_PROXY = tuple(ProxySettings.model_fields)


def of_the_proxy(proxy: Json) -> Json:
    """Return the settings and hosts that a proxy of the server has."""
    return {name: proxy.get(name) for name in (*OF_THE_PROXY, *HOSTS)}
