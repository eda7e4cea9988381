"""The Secret through which a key that 3scale made reaches its reader."""

from collections.abc import Mapping

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.site.secret_data import secret_data
from components.site.site import Site


def key_secret(
    name: str, site: Site, title: str, entries: Mapping[str, pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> core.Secret:
    """The resource `name`: the Secret `title` in the consumers' namespace with these entries."""
    return core.Secret(
        name,
        metadata={"name": title, "namespace": site.settings.namespaces.consumers},
        data=secret_data(entries),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=site.kubernetes)),
    )
