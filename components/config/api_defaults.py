"""What holds for every model's API at the gateway."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.metering import Metering
from components.config.product_rules import ProductRules
from components.config.section import Seconds, Section

Origin = Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$")]
"""One web origin, scheme and host; never a pattern."""

ROUTER_MARGIN_SECONDS = 10
"""By how much the router is more patient than the gateway, so that the gateway's own answer is seen."""


class Cors(Section):
    """Which web pages may call a model from a browser."""

    allow_origin: Origin | None = Field(
        default=None,
        description="The one origin whose pages may call the models. When left out, the developer portal's own.",
    )


class Upstream(Section):
    """Time limits of the gateway towards a model server, in seconds."""

    connect_timeout: Seconds = Field(
        default=10, description="Seconds until a connection must stand; a long limit hides dead servers."
    )
    send_timeout: Seconds = Field(default=300, description="Seconds between two writes of a request.")
    read_timeout: Seconds = Field(default=300, description="Seconds between two reads of an answer.")


class Router(Section):
    """The cluster's router, in front of the gateways."""

    timeout_seconds: Seconds | None = Field(
        default=None,
        description="Seconds for which a Route of a model waits for the gateway; the router's own 30 would cut long "
        "answers. When left out, 10 more than the longest of `apiDefaults.upstream`, so 310 with its defaults.",
    )


class ApiDefaults(Section):
    """Gateway settings that all models share."""

    cors: Cors = Field(default=Cors(), description="Calls from web pages.")
    upstream: Upstream = Field(default=Upstream(), description="Time limits towards the model servers.")
    router: Router = Field(default=Router(), description="The cluster's router, in front of the gateways.")
    metering: Metering = Field(default=Metering(), description="How tokens are counted, and how strictly limited.")
    product: ProductRules = Field(default=ProductRules(), description="What developers may do with their applications.")

    @property
    def longest_upstream_seconds(self) -> int:
        """How long the gateway may be silent at most."""
        return max(self.upstream.send_timeout, self.upstream.read_timeout)

    @property
    def router_timeout_seconds(self) -> int:
        """How long the router waits for the gateway."""
        return self.router.timeout_seconds or self.longest_upstream_seconds + ROUTER_MARGIN_SECONDS
