"""Makes the provider instances; credentials are in them and nowhere else."""

import os
from pathlib import Path

import pulumi
import pulumi_kubernetes

from components.config import Settings
from components.config.hosts import threescale_admin_url
from components.config.kubeconfig import KubeconfigError, kubeconfig_path
from components.config.stack import Stack
from components.custom_resources import ClusterSchemas
from components.site.instances import FIRST, gate_instances, instances_by_model
from components.site.site import Site

_DYNAMIC = "pulumi-python"
"""Package of dynamic providers written in Python."""


def connected(stack: Stack, ca_bundle: str, schemas: ClusterSchemas | None) -> Site:
    """The stack with its provider instances; `ca_bundle` signs the router's certificate, empty for the system's own.

    Raises:
        pulumi.RunError: No single kubeconfig file is meant.
    """
    settings = stack.settings
    kubeconfig = str(_kubeconfig(stack))
    api = {
        "adminUrl": threescale_admin_url(settings),
        "accessToken": stack.secrets.threescale_access_token,
        "caBundle": ca_bundle,
    }
    owners = instances_by_model(settings)
    instances = {name: pulumi.ProviderResource(_DYNAMIC, name, api) for name in sorted({FIRST, *owners.values()})}
    cluster = {"kubeconfig": kubeconfig, "context": settings.cluster.context or ""}
    return Site(
        settings=settings,
        secrets=stack.secrets,
        ca_bundle=ca_bundle,
        schemas=schemas,
        kubernetes=_kubernetes(settings, kubeconfig),
        gates=pulumi.ProviderResource(_DYNAMIC, "cluster", cluster),
        gates_by_name={name: pulumi.ProviderResource(_DYNAMIC, name, cluster) for name in gate_instances(settings)},
        threescale=instances[FIRST],
        threescale_by_model={key: instances[name] for key, name in owners.items()},
        threescale_gate=pulumi.ProviderResource(_DYNAMIC, "threescale-gate", api),
    )


def _kubernetes(settings: Settings, kubeconfig: str) -> pulumi_kubernetes.Provider:
    return pulumi_kubernetes.Provider(
        "kubernetes",
        # A path: of contents, and of the variable KUBECONFIG when this is left out, the state would keep a copy.
        kubeconfig=kubeconfig,
        context=settings.cluster.context,
        cluster_identifier=settings.cluster.wildcard_domain,
        enable_secret_mutable=True,
        enable_config_map_mutable=True,
    )


def _kubeconfig(stack: Stack) -> Path:
    try:
        return kubeconfig_path(stack.settings.cluster.kubeconfig, os.environ)
    except KubeconfigError as refusal:
        raise pulumi.RunError(str(refusal)) from None
