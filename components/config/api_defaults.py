"""What holds for every model's API at the gateway."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.product_rules import ProductRules
from components.config.section import Seconds, Section

Origin = Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:[0-9]+)?$")]
"""One web origin, scheme and host; never a pattern."""


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


class ApiDefaults(Section):
    """Gateway settings that all models share."""

    cors: Cors = Field(default=Cors(), description="Calls from web pages.")
    upstream: Upstream = Field(default=Upstream(), description="Time limits towards the model servers.")
    product: ProductRules = Field(default=ProductRules(), description="What developers may do with their applications.")
