"""How long each gate waits before it gives up and explains."""

from pydantic import Field

from components.config.section import Seconds, Section


class Waits(Section):
    """Time limits of the gates, in seconds; a gate ends at once on a state that cannot heal."""

    operator_ready_seconds: Seconds = Field(
        default=900, description="Until an operator's ClusterServiceVersion has succeeded. 15 minutes when left out."
    )
    openshift_ai_ready_seconds: Seconds = Field(
        default=1200,
        alias="openshiftAiReadySeconds",
        description="Until the DataScienceCluster is ready. 20 minutes when left out.",
    )
    identity_ready_seconds: Seconds = Field(
        default=900, description="Until the identity server answers. 15 minutes when left out."
    )
    threescale_available_seconds: Seconds = Field(
        default=1800, description="Until all of 3scale's deployments and routes are there. 30 minutes when left out."
    )
    admin_portal_seconds: Seconds = Field(
        default=600, description="Until 3scale's Admin API answers on its route. 10 minutes when left out."
    )
    model_ready_seconds: Seconds = Field(
        default=1800, description="Until a model server has loaded its weights. 30 minutes when left out."
    )
