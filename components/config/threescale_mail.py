"""How 3scale sends mail."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from components.config.section import Email, Section

Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=253)]
"""Name or address of a server."""


class Smtp(Section):
    """The server that takes 3scale's mail: invitations, new passwords, alerts about limits."""

    address: Host = Field(description="Name of the server.")
    port: Annotated[int, Field(gt=0, le=65_535)] = Field(
        default=587, description="Port of the server. When left out, the one for submitted mail with STARTTLS."
    )
    domain: Host | None = Field(
        default=None, description="Domain by which 3scale greets the server. When left out, `cluster.wildcardDomain`."
    )
    authentication: Literal["plain", "login", "cram_md5"] = Field(
        default="plain", description="How 3scale signs in, where `username` is given."
    )
    username: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = Field(
        default=None,
        description="Name with which 3scale signs in; the password is the stack secret `threescaleSmtpPassword`. When "
        "left out, 3scale does not sign in.",
    )
    verify_certificate: bool = Field(
        default=True,
        description="Whether the server's certificate must be right; the authority must be one that 3scale's image "
        "trusts. False is refused in `prod`.",
    )
    from_address: Email | None = Field(
        default=None, description="Sender of 3scale's own mails. When left out, an address of the tenant's domain."
    )
