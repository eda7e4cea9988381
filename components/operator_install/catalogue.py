"""The operators a stack needs, with what is special about each; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from components.config import Settings
from components.config.identity import Rhbk, Rhsso
from components.config.operators import GpuOperator, NodeFeatureDiscovery, OpenShiftAi, OperatorChannel
from components.config.storage import NAMESPACE as STORAGE_NAMESPACE
from components.config.storage import Odf


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
    companions: tuple[str, ...] = ()
    """ClusterServiceVersions that may be installed together with the pinned one."""
    irreplaceable: bool = False
    """Whether its namespace holds an object that nobody could make again."""
    shared_namespace: bool = False
    """Whether the namespace is the cluster's own for operators, with an OperatorGroup of its own."""
    of_the_ground: bool = False
    """Whether nodes or storage need it."""


def needed_operators(settings: Settings) -> tuple[Operator, ...]:
    """Those the stack file asks for, and 3scale."""
    spaces, found = settings.namespaces, []
    if (odf := settings.storage.odf) is not None:
        found.append(_odf(odf))
    if (nfd := settings.prereqs.nfd) is not None:
        found.append(_of_the_ground("nfd", "nfd", nfd))
    if (gpus := settings.prereqs.gpu_operator) is not None:
        found.append(_of_the_ground("gpu-operator", "gpu-operator-certified", gpus))
    found += _for_knative(settings)
    if (openshift_ai := settings.prereqs.openshift_ai) is not None:
        found.append(_openshift_ai(openshift_ai))
    if isinstance(settings.identity, Rhbk | Rhsso):
        package = f"{settings.identity.flavour}-operator"
        own = _of_its_namespace("keycloak", package, spaces.identity, settings.identity)
        # The legacy operator deletes a realm with its object; the other one's realms are in a database elsewhere.
        found.append(replace(own, irreplaceable=isinstance(settings.identity, Rhsso)))
    own = _of_its_namespace("threescale", "3scale-operator", spaces.threescale, settings.threescale)
    found.append(replace(own, irreplaceable=True))
    return tuple(found)


def _for_knative(settings: Settings) -> list[Operator]:
    """The two operators on which OpenShift AI 2.x serves without servers; both watch the whole cluster."""
    mesh, serverless = settings.prereqs.service_mesh, settings.prereqs.serverless
    found = []
    if mesh is not None:
        found.append(_of_the_cluster("service-mesh", "servicemeshoperator", mesh.namespace, mesh, shared=True))
    if serverless is not None:
        found.append(_of_the_cluster("serverless", "serverless-operator", serverless.namespace, serverless))
    return found


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


def _odf(odf: Odf) -> Operator:
    return Operator(
        name="odf",
        # Not ocs-operator, which does not own the version of this name (odf-operator, bundle).
        package="odf-operator",
        namespace=STORAGE_NAMESPACE,
        channel=odf,
        own_namespace=True,
        companions=odf.companions,
        of_the_ground=True,
        irreplaceable=True,
    )


def _of_the_ground(name: str, package: str, channel: NodeFeatureDiscovery | GpuOperator) -> Operator:
    return replace(_of_its_namespace(name, package, channel.namespace, channel), of_the_ground=True)


def _of_its_namespace(name: str, package: str, namespace: str, channel: OperatorChannel) -> Operator:
    return Operator(name=name, package=package, namespace=namespace, channel=channel, own_namespace=True)


def _of_the_cluster(
    name: str, package: str, namespace: str, channel: OperatorChannel, *, shared: bool = False
) -> Operator:
    return Operator(
        name=name,
        package=package,
        namespace=namespace,
        channel=channel,
        own_namespace=False,
        shared_namespace=shared,
    )
