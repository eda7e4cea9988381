"""The Secret with which 3scale's pods pull their images."""

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.site import Site, secret_data
from dynamic_providers.cluster.secret_copy import SecretCopy, SecretCopyArgs

SECRET = "threescale-registry-auth"  # noqa: S105 - the name of a Secret, not its contents
"""Name that every ServiceAccount of 3scale refers to by itself (3scale-operator, `imagePullSecrets`)."""

_KIND = "kubernetes.io/dockerconfigjson"
_CLUSTER_NAMESPACE, _CLUSTER_SECRET = "openshift-config", "pull-secret"
"""Where OpenShift keeps its own access to registries."""


def registry_access(name: str, site: Site, opts: pulumi.ResourceOptions) -> pulumi.Resource | None:
    """The resource `name`: a Secret of the stack's own or a copy of the cluster's; nothing where neither is meant."""
    namespace, access = site.settings.namespaces.threescale, site.secrets.threescale_registry_auth
    if access is not None:
        return core.Secret(
            name,
            metadata={"name": SECRET, "namespace": namespace},
            type=_KIND,
            data=secret_data({".dockerconfigjson": access}),
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=site.kubernetes)),
        )
    if not site.settings.compat.copy_pull_secret:
        return None
    return SecretCopy(
        name,
        SecretCopyArgs(from_namespace=_CLUSTER_NAMESPACE, from_name=_CLUSTER_SECRET, namespace=namespace, name=SECRET),
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=site.gates)),
    )
