"""The operators a stack needs, with what is special about each; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.config import Settings
from components.config.operators import OperatorChannel


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator of the catalogue."""

    name: str
    """Our name for it; identity of the component."""
    package: str
    """Name of the package in the catalogue."""
    namespace: str
    """The operator's own namespace."""
    channel: OperatorChannel
    """The pinned version."""
    own_namespace: bool
    """Whether the operator watches its own namespace alone, or the whole cluster."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the operator's pods."""


def needed_operators(settings: Settings) -> tuple[Operator, ...]:
    """OpenShift AI and Keycloak when the stack installs them, and 3scale."""
    found = []
    if (openshift_ai := settings.prereqs.openshift_ai) is not None:
        found.append(
            Operator(
                name="openshift-ai",
                package="rhods-operator",
                namespace=openshift_ai.namespace,
                channel=openshift_ai,
                own_namespace=False,
                # It otherwise makes a DSCInitialization of its own, and refuses a second one (opendatahub-operator).
                environment={"DISABLE_DSC_CONFIG": "true"},
            )
        )
    if settings.identity is not None:
        found.append(
            Operator(
                name="keycloak",
                package="rhbk-operator",
                namespace=settings.namespaces.identity,
                channel=settings.identity,
                own_namespace=True,
            )
        )
    found.append(
        Operator(
            name="threescale",
            package="3scale-operator",
            namespace=settings.namespaces.threescale,
            channel=settings.threescale,
            own_namespace=True,
        )
    )
    return tuple(found)
