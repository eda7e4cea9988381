"""The namespaces of the platform."""

from pydantic import Field

from components.config.section import Namespace, Section


class Namespaces(Section):
    """Names of the namespaces this stack creates and fills."""

    models: Namespace = Field(
        default="llm-hosting", description="Namespace of the model servers. When left out, the name of the guides."
    )
    identity: Namespace = Field(
        default="keycloak", description="Namespace of the identity server and its operator, and of nothing else."
    )
    threescale: Namespace = Field(
        default="3scale", description="Namespace of 3scale and its operator, and of nothing else."
    )
    object_store: Namespace = Field(
        default="minio",
        description="Namespace of the MinIO server, with `modelStore.kind: minio`, and of nothing else.",
    )
    consumers: Namespace = Field(
        default="maas-consumers",
        description="Namespace of the Secrets with the keys of declared applications. It is apart from 3scale's own, "
        "whose Secrets open everything.",
    )
