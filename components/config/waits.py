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
    nodes_ready_seconds: Seconds = Field(
        default=1200, description="Until the machines of a worker pool are nodes. 20 minutes when left out."
    )
    gpu_nodes_ready_seconds: Seconds = Field(
        default=3000,
        description="Until the nodes of a GPU pool offer their GPUs: 20 minutes for machines and 30 for drivers. "
        "50 minutes when left out.",
    )
    node_features_ready_seconds: Seconds = Field(
        default=600, description="Until Node Feature Discovery looks at the nodes. 10 minutes when left out."
    )
    gpu_operator_ready_seconds: Seconds = Field(
        default=1800, description="Until the GPU operator's own pods run. 30 minutes when left out."
    )
    identity_ready_seconds: Seconds = Field(
        default=900, description="Until the identity server answers. 15 minutes when left out."
    )
    threescale_available_seconds: Seconds = Field(
        default=1800, description="Until all of 3scale's deployments and routes are there. 30 minutes when left out."
    )
    threescale_deletion_seconds: Seconds = Field(
        default=900, description="Until everything of 3scale is gone after its removal. 15 minutes when left out."
    )
    gateway_route_seconds: Seconds = Field(
        default=300, description="Until both Routes of a new model are there. 5 minutes when left out."
    )
    admin_portal_seconds: Seconds = Field(
        default=600, description="Until 3scale's Admin API answers on its route. 10 minutes when left out."
    )
    model_ready_seconds: Seconds = Field(
        default=1800,
        description="Until a model server answers: its image, its weights and its start. Nodes that may still have "
        "to be made for it come on top. 30 minutes when left out.",
    )
    storage_ready_seconds: Seconds = Field(
        default=2400,
        description="Until OpenShift Data Foundation is ready and its storage classes are there. 40 minutes when left "
        "out.",
    )
    model_store_seconds: Seconds = Field(
        default=600, description="Until the bucket with the models can be used. 10 minutes when left out."
    )
    model_import_seconds: Seconds = Field(
        default=7200, description="Until a model is copied into the bucket. 2 hours when left out, for each model."
    )
