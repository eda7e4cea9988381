"""PolicyDefinition: the form of a custom policy in the admin portal (porta: registry of policies).

For hosted products it only describes: the gateway's code comes from the installation. A definition that a chain uses
can be neither changed nor deleted, so a new version is made beside the old one.
"""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CheckFailure, CheckResult

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import OF_TENANT, Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.policy_in_use import explained
from dynamic_providers.threescale.policy_manifest import problems
from dynamic_providers.threescale.shapes import Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


@dataclass(frozen=True, kw_only=True)
class PolicyDefinitionArgs:
    """What a caller declares."""

    name: Input[str]
    """Name of the policy in a chain."""
    version: Input[str]
    """Version of the policy in a chain; the manifest has the same."""
    schema: Input[Mapping[str, Any]]
    """The whole manifest: `name`, `version`, `summary` (75 characters at most), `description`, `configuration` (a JSON
    schema)."""
    adopt: Input[bool] = False
    """Take over an existing definition of this name and version."""


with warnings.catch_warnings():
    # `schema` is 3scale's name; pydantic warns because it still has a deprecated method of this name.
    warnings.simplefilter("ignore", UserWarning)

    class PolicyDefinitionProps(Props):
        """The same fields, resolved."""

        name: Title
        version: Title
        schema: dict[str, Any]  # type: ignore[assignment]  # see above
        adopt: bool = False


class PolicyDefinitionProvider(EntityProvider):
    """`/admin/api/registry/policies`."""

    entity = Entity(
        title="policy definition",
        path="registry/policies",
        wrapper="policy",
        collection="policies",
        natural_key="version",
        switch=OF_TENANT,
    )
    props = PolicyDefinitionProps
    replace_on = frozenset({"name", "version"})
    side_by_side = True  # a chain may still use the old version

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs, and a failure per part of the manifest that 3scale would refuse."""
        checked = super().check(_olds, news)
        manifest, version = checked.inputs.get("schema"), checked.inputs.get("version")
        if isinstance(manifest, Mapping):
            checked.failures.extend(CheckFailure(f"schema{path}", why) for path, why in problems(manifest, version))
        return checked

    def find(self, api: "AdminApi", wanted: Json, *, fresh: bool = False) -> str | None:  # noqa: ARG002 - always fresh
        """Return the id of the definition of this name and version."""
        held = api.pages(self.entity.path, self.entity.collection)
        key = (wanted["name"], wanted["version"])
        return next((str(one["id"]) for one in held if (one["name"], one["version"]) == key), None)

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send the manifest, which 3scale refuses while a chain uses the definition."""
        with explained(api, "change", wanted):
            return super().write(api, item, wanted, changed)

    def remove(self, api: "AdminApi", id_: str, known: Json) -> None:
        """Delete the definition, which 3scale refuses while a chain uses it."""
        with explained(api, "delete", known):
            super().remove(api, id_, known)

    def called(self, wanted: Json) -> str:
        """Return name and version."""
        return f"{wanted['name']} {wanted['version']}"


class PolicyDefinition(EntityResource, module="threescale", name="PolicyDefinition"):
    """A policy in the registry of the tenant."""

    name: Output[str]
    version: Output[str]

    def __init__(self, name: str, args: PolicyDefinitionArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(PolicyDefinitionProvider(), name, args, opts)
