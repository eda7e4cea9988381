"""The operators a stack needs, with what is special about each; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from components.config import Settings
from components.config.operators import OpenShiftAi, OperatorChannel


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
    spaces, found = settings.namespaces, []
    if (openshift_ai := settings.prereqs.openshift_ai) is not None:
        found.append(_openshift_ai(openshift_ai))
    if settings.identity is not None:
        found.append(_of_its_namespace("keycloak", "rhbk-operator", spaces.identity, settings.identity))
    found.append(_of_its_namespace("threescale", "3scale-operator", spaces.threescale, settings.threescale))
    return tuple(found)


def _openshift_ai(release: OpenShiftAi) -> Operator:
    return Operator(
        name="openshift-ai",
        package="rhods-operator",
        namespace=release.namespace,
        channel=release,
        own_namespace=False,
        # It otherwise makes a DSCInitialization of its own, and refuses a second one (opendatahub-operator).
        environment={"DISABLE_DSC_CONFIG": "true"},
    )


def _of_its_namespace(name: str, package: str, namespace: str, channel: OperatorChannel) -> Operator:
    return Operator(name=name, package=package, namespace=namespace, channel=channel, own_namespace=True)
