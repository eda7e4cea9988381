"""Operators that OLM installs: always one pinned version, approved by hand of the program."""

from pydantic import Field

from components.config.section import Namespace, Section


class OperatorChannel(Section):
    """Which version of an operator is installed; the program approves exactly this one."""

    channel: str = Field(
        min_length=1, description="Channel of the operator's package, for example `threescale-2.15`. Never moves alone."
    )
    starting_csv: str = Field(
        alias="startingCSV",
        pattern=r"^[a-z0-9][a-z0-9-]*\.v?[0-9]+\.[0-9]+\.[0-9]+[a-z0-9.-]*$",
        description="Name of the one ClusterServiceVersion that is installed; only an install plan for exactly this "
        "version is approved.",
    )
    source: str = Field(
        default="redhat-operators",
        min_length=1,
        description="CatalogSource that holds the package. When left out, Red Hat's own catalogue.",
    )
    source_namespace: Namespace = Field(
        default="openshift-marketplace",
        description="Namespace of the CatalogSource. When left out, the one of the cluster's own catalogues.",
    )


class OpenShiftAi(OperatorChannel):
    """OpenShift AI; only the parts that serve models are switched on."""

    dashboard: bool = Field(
        default=True, description="Whether OpenShift AI's dashboard is installed. When left out, it is."
    )
    namespace: Namespace = Field(
        default="redhat-ods-operator",
        description="Namespace of the operator. When left out, the one its catalogue page recommends.",
    )

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor release, read from the pinned version's name (`rhods-operator.3.3.0` is `(3, 3)`)."""
        numbers = self.starting_csv.split(".", 1)[1].removeprefix("v").split(".")
        return int(numbers[0]), int(numbers[1])

    @property
    def first_generation(self) -> bool:
        """Whether it is a release before 3.0, whose two singletons are of version v1 (opendatahub-operator v3.0.0)."""
        return self.release < (3, 0)


class NodeFeatureDiscovery(OperatorChannel):
    """Node Feature Discovery: labels nodes by their devices."""

    namespace: Namespace = Field(
        default="openshift-nfd",
        description="Namespace of the operator. When left out, the one its catalogue page recommends.",
    )


class GpuOperator(OperatorChannel):
    """NVIDIA's GPU operator: driver, device plugin and metrics on every node with a GPU."""

    source: str = Field(
        default="certified-operators",
        min_length=1,
        description="CatalogSource that holds the package. When left out, Red Hat's catalogue of certified operators.",
    )
    namespace: Namespace = Field(
        default="nvidia-gpu-operator",
        description="Namespace of the operator. When left out, the one its catalogue page recommends.",
    )


class ServiceMesh(OperatorChannel):
    """OpenShift Service Mesh 2, which OpenShift AI 2.x serves through with `compat.serverless`."""

    namespace: Namespace = Field(
        default="openshift-operators",
        description="Namespace of the operator. When left out, the cluster's own for operators that watch everything; "
        "this stack makes neither that namespace nor its OperatorGroup.",
    )


class Serverless(OperatorChannel):
    """OpenShift Serverless, whose Knative runs the model servers with `compat.serverless`."""

    namespace: Namespace = Field(
        default="openshift-serverless",
        description="Namespace of the operator. When left out, the one its catalogue page recommends.",
    )


class Prereqs(Section):
    """What has to be on the cluster before models can be served."""

    openshift_ai: OpenShiftAi | None = Field(
        default=None,
        alias="openshiftAi",
        description="The OpenShift AI operator and its release. When left out, the cluster must already serve models "
        "with KServe in raw deployment mode and with Services that have a cluster IP.",
    )
    nfd: NodeFeatureDiscovery | None = Field(
        default=None,
        description="The operator of Node Feature Discovery. When left out, the cluster must label its GPU nodes by "
        "itself.",
    )
    gpu_operator: GpuOperator | None = Field(
        default=None,
        description="NVIDIA's GPU operator. When left out, the cluster must already offer the GPUs of its nodes.",
    )
    service_mesh: ServiceMesh | None = Field(
        default=None,
        description="The operator of Service Mesh 2, for `compat.serverless` alone. When left out there, the cluster "
        "must have it.",
    )
    serverless: Serverless | None = Field(
        default=None,
        description="The operator of OpenShift Serverless, for `compat.serverless` alone. When left out there, the "
        "cluster must have it.",
    )
