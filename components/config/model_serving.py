"""What holds for every model server."""

from typing import Literal

from pydantic import Field

from components.config.identity_server import SecretName
from components.config.section import Section


class ModelServing(Section):
    """How model servers are reached inside the cluster."""

    service_kind: Literal["headed", "headless"] = Field(
        default="headed",
        description="Whether the Service of a model server has an address of its own, which spreads requests over the "
        "replicas, or is `headless`, OpenShift AI's own default: callers then meet the pods themselves, on port 8080. "
        "Services that exist keep their kind.",
    )
    ingress_certificate_secret: SecretName | None = Field(
        default=None,
        description="Secret in `istio-system` with the certificate of the models' own ingress, for `compat.serverless` "
        "alone. When left out there, OpenShift AI takes the router's certificate by itself, and nobody copies a key.",
    )
