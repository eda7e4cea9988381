"""The cluster a stack describes, and how to reach it."""

from pydantic import Field

from components.config.section import DnsDomain, Section


class Cluster(Section):
    """Where the platform lives; every host name is computed from `wildcardDomain`."""

    wildcard_domain: DnsDomain = Field(
        description="Domain below which the cluster's router serves applications, without scheme; every host of the "
        "platform is computed from it. Preflight compares it with `ingresses.config.openshift.io/cluster`. "
        "It cannot be changed after the installation."
    )
    ca_bundle: str | None = Field(
        default=None,
        pattern=r"^\s*-----BEGIN CERTIFICATE-----",
        description="PEM certificates that sign the router's certificate. When left out, preflight reads them from "
        "the ConfigMap `openshift-config-managed/default-ingress-cert`.",
    )
    kubeconfig: str | None = Field(
        default=None,
        min_length=1,
        description="Path of the kubeconfig file; its contents never reach the state. When left out, the variable "
        "`KUBECONFIG` names it, else it is `~/.kube/config`.",
    )
    context: str | None = Field(
        default=None,
        min_length=1,
        description="Context of the kubeconfig file. When left out, its current context is used.",
    )
    offline: bool = Field(
        default=False,
        description="Permits a preview without a cluster: no look-up, no preflight. `pulumi up` refuses it.",
    )
