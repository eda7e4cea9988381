"""What an identity server needs besides its realm: a database, a certificate, room."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.section import Certificates, Quantity, Section, rule

_HOST = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"

SecretName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
"""Name of a Kubernetes Secret (RFC 1123 subdomain)."""


class ServerAmounts(Section):
    """Processor time and memory."""

    cpu: Quantity = Field(description="Processor cores, for example `2` or `500m`.")
    memory: Quantity = Field(description="Memory, for example `2Gi`.")


class ServerResources(Section):
    """What a server's pod asks for and may use."""

    requests: ServerAmounts = Field(description="What the scheduler sets aside for the pod.")
    limits: ServerAmounts = Field(description="What the pod may use at most.")


class IdentityDatabase(Section):
    """A PostgreSQL database that somebody else runs; its credentials are two stack secrets."""

    host: Annotated[str, StringConstraints(pattern=_HOST, max_length=253)] = Field(
        description="Host of the PostgreSQL server, without port."
    )
    port: Annotated[int, Field(ge=1, le=65_535)] = Field(default=5432, description="Its port.")
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$", max_length=63)] = Field(
        default="keycloak", description="Name of the database, which must exist and be empty at first."
    )
    tls: bool = Field(
        default=True,
        description="Whether the connection is encrypted and the database's certificate is checked: "
        "`sslmode=verify-full`, for `rhsso` `verify-ca`, and there without `caBundle` only `require`. `false` is "
        "refused in production.",
    )
    ca_bundle: Certificates | None = Field(
        default=None,
        description="PEM certificates that sign the database's certificate; managed services such as Amazon's have "
        "authorities of their own. When left out, the authorities that the server's image knows; for `rhsso`, which "
        "knows none for databases, nothing is checked, and production refuses that.",
    )

    @model_validator(mode="after")
    def _authority_is_used(self) -> Self:
        if self.ca_bundle is not None and not self.tls:
            raise rule(
                given="caBundle was given while tls is false",
                allowed="certificates to check a connection with that is encrypted",
                remedy="remove {path}.caBundle, or {path}.tls",
            )
        return self
