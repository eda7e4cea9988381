"""How many pods 3scale runs, and what they ask for."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.section import Quantity, Section

Pods = Annotated[int, Field(ge=1, le=100)]
"""A number of equal pods."""

_SPREAD = "When left out, 2 in `prod` and 3scale's own number, 1, elsewhere."

Part = Literal[
    "apicastStaging",
    "apicastProduction",
    "backendListener",
    "backendWorker",
    "backendCron",
    "systemMaster",
    "systemProvider",
    "systemDeveloper",
    "systemSidekiq",
    "systemSearchd",
    "systemMemcached",
    "zync",
    "zyncQue",
]
"""A container of 3scale whose resources can be set; `systemMaster`, `systemProvider` and `systemDeveloper` share one
pod (3scale-operator, apis/apps/v1alpha1/apimanager_types.go)."""


class Replicas(Section):
    """Numbers of pods, part by part."""

    apicast_staging: Pods | None = Field(default=None, description=f"Staging gateways. {_SPREAD}")
    apicast_production: Pods | None = Field(default=None, description=f"Production gateways. {_SPREAD}")
    backend_listener: Pods | None = Field(
        default=None, description=f"Servers that authorise and count calls. {_SPREAD}"
    )
    backend_worker: Pods | None = Field(default=None, description=f"Workers that store counted calls. {_SPREAD}")
    backend_cron: Pods | None = Field(default=None, description=f"Workers that retry failed jobs. {_SPREAD}")
    system_app: Pods | None = Field(default=None, description=f"Servers of both portals. {_SPREAD}")
    system_sidekiq: Pods | None = Field(default=None, description=f"Workers of the portals. {_SPREAD}")
    zync: Pods | None = Field(default=None, description=f"Servers that keep Routes in step with products. {_SPREAD}")
    zync_que: Pods | None = Field(default=None, description=f"Workers that write Routes. {_SPREAD}")


class PodAmounts(Section):
    """Processor time and memory; what is left out is not set."""

    cpu: Quantity | None = Field(default=None, description="Processor cores, for example `500m`.")
    memory: Quantity | None = Field(default=None, description="Memory, for example `512Mi`.")


class PodResources(Section):
    """What a container asks for and may use; it replaces 3scale's own numbers as a whole."""

    requests: PodAmounts = Field(default=PodAmounts(), description="What the scheduler sets aside.")
    limits: PodAmounts = Field(default=PodAmounts(), description="What may be used at most.")
