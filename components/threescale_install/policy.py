"""The gateway's policy: the Secret with its files, and what the admin portal is told about it."""

import hashlib

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.gateway_policy import MANIFEST, NAME, GatewayPolicy, manifest, policy_files
from components.site import Site, secret_data
from components.threescale_install.api_manager import POLICY_SECRET
from dynamic_providers.threescale.policy_definition import PolicyDefinition, PolicyDefinitionArgs

WATCHED = {"apimanager.apps.3scale.net/watched-by": "apimanager"}
"""Label of a Secret whose change starts the gateways anew (3scale-operator)."""

FILE = "maas/file."
"""How the annotation of a file begins; its name follows, its value is 16 hexadecimal digits."""


def policy_secret(name: str, site: Site, folder: str, opts: pulumi.ResourceOptions) -> core.Secret:
    """The resource `name`: the Secret with every file of the policy.

    A preview shows of a Secret's data that it changes and not which entry; the annotations say it file by file.
    """
    files = policy_files(folder)
    return core.Secret(
        name,
        metadata={
            "name": POLICY_SECRET,
            "namespace": site.settings.namespaces.threescale,
            "labels": WATCHED,
            "annotations": {f"{FILE}{title}": _fingerprint(text) for title, text in files.items()},
        },
        data=secret_data(dict(files)),
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=site.kubernetes)),
    )


def policy_definition(name: str, policy: GatewayPolicy, folder: str, opts: pulumi.ResourceOptions) -> PolicyDefinition:
    """The resource `name`: the form of the policy in the admin portal, from the policy's own description."""
    described = manifest(policy_files(folder)[MANIFEST])
    declared = PolicyDefinitionArgs(name=NAME, version=policy.version, schema=described)
    return PolicyDefinition(name, declared, opts)


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
