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


class Prereqs(Section):
    """What has to be on the cluster before models can be served."""

    openshift_ai: OpenShiftAi | None = Field(
        default=None,
        alias="openshiftAi",
        description="The OpenShift AI operator and its release. When left out, the cluster must already serve models "
        "with KServe in raw deployment mode and with Services that have a cluster IP.",
    )
