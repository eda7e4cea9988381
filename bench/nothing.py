"""A dynamic resource with nothing in it, in a module of its own: the plugin process imports the provider from here."""

from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class EmptyProvider(ResourceProvider):
    """Does nothing."""

    serialize_as_secret_always = False

    def create(self, _props: object) -> CreateResult:
        """Return an id."""
        return CreateResult("empty", {})


class Empty(Resource, module="bench", name="Empty"):
    """Nothing."""
