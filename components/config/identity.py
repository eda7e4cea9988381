"""The identity server and its realm for the developer portal."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from components.config.operators import OperatorChannel
from components.config.section import DnsLabel, Title


class Identity(OperatorChannel):
    """Red Hat build of Keycloak with one realm, installed by this stack."""

    flavour: Literal["rhbk"] = Field(
        default="rhbk", description="Which identity server is installed: `rhbk`, the Red Hat build of Keycloak 26."
    )
    host_prefix: DnsLabel = Field(
        default="sso", description="First label of the identity server's host below `cluster.wildcardDomain`."
    )
    instances: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1,
        description="Number of servers. Without a database of its own, which this release does not "
        "declare, more than one server do not share their sessions.",
    )
    realm: DnsLabel = Field(default="maas", description="Name of the realm. A change replaces it and loses its users.")
    display_name: Title = Field(default="Models as a Service", description="Title of the realm's login page.")
    client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=255)] = Field(
        default="3scale", description="Client of the developer portal in the realm."
    )
    org_attribute: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=255)] = Field(
        default="email",
        description="User attribute that becomes the name of the developer's account. With `email` every user has an "
        "account of their own.",
    )
    automation_client_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=255)] = Field(
        default="maas-automation",
        description="Client of the `master` realm with which this program signs in; its secret is the stack secret "
        "`keycloakAdminClientSecret`.",
    )
