"""One metric or method of a product: what is declared of it, and what 3scale tells of it."""

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.shapes import Title

KINDS = ("metrics", "methods")
"""The inputs that members are declared in."""


class Method(Member):
    """A way to call the product, counted into `hits`."""

    friendly_name: Title
    description: str = ""


class Metric(Method):
    """Something counted by itself."""

    unit: Title


def metric_fields(item: Json, kind: str) -> Json:
    """Return the fields of a metric of the server that one of `kind` declares."""
    model = Metric if kind == "metrics" else Method
    return {name: item.get(name) or "" for name in model.model_fields}
