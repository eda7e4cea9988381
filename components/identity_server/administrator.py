"""The client that takes the first administrator's place."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.hosts import identity_url
from components.config.identity import Rhbk, authorities
from components.config.identity_names import CLIENT_ENTRIES, PERMANENT_SECRET
from components.site import Site, secret_data
from dynamic_providers.keycloak.permanent_client import PermanentClient, PermanentClientArgs

_DYNAMIC = "pulumi-python"
"""Package of dynamic providers written in Python."""


def permanent_client(name: str, site: Site, identity: Rhbk, opts: pulumi.ResourceOptions) -> pulumi.Resource | None:
    """Place it with `opts`, and a Secret for people; nothing where the stack declares none."""
    if identity.permanent_client_id is None:
        return None
    secret = site.secrets.keycloak_permanent_client_secret or pulumi.Output.secret("")
    # A provider instance of its own: it alone still knows the first administrator.
    connection = pulumi.ProviderResource(
        _DYNAMIC,
        f"{name}-administrators",
        {
            "url": identity_url(site.settings, identity),
            "bootstrapClientId": identity.automation_client_id,
            "bootstrapClientSecret": site.secrets.keycloak_admin_client_secret,
            "caBundle": authorities(identity, site.ca_bundle),
        },
        pulumi.ResourceOptions(parent=opts.parent),
    )
    core.Secret(
        f"{name}-permanent",
        metadata={"name": PERMANENT_SECRET, "namespace": site.settings.namespaces.identity},
        data=secret_data(dict(zip(CLIENT_ENTRIES, (identity.permanent_client_id, secret), strict=True))),
        opts=pulumi.ResourceOptions(parent=opts.parent, provider=site.kubernetes, depends_on=opts.depends_on),
    )
    return PermanentClient(
        f"{name}-permanent-client",
        PermanentClientArgs(client_id=identity.permanent_client_id, client_secret=secret),
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=connection)),
    )
