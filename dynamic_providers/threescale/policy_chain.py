"""PolicyChain: what the gateway does with a request of a product, in order. `apicast` is the step that forwards it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pulumi import Input, Output, ResourceOptions
from pydantic import AfterValidator, Field

from dynamic_providers.declared import Member, Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource
from dynamic_providers.threescale.foreign import BEFORE
from dynamic_providers.threescale.owned import OwnedProvider
from dynamic_providers.threescale.shapes import Id, Title

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi


class Policy(Member):
    """One step of the chain; 3scale drops every other key."""

    name: Title
    version: Title
    configuration: dict[str, Any] = Field(default_factory=dict)
    enabled: bool = True


APICAST = Policy(name="apicast", version="builtin")


def _with_apicast(chain: list[Policy]) -> list[Policy]:
    """Return the chain as 3scale keeps it: without the step that forwards, it is added as the last one."""
    return chain if any(policy.name == APICAST.name for policy in chain) else [*chain, APICAST]


@dataclass(frozen=True, kw_only=True)
class PolicyChainArgs:
    """What a caller declares."""

    product_id: Input[str]
    policies: Input[Sequence[Input[Mapping[str, Any]]]]
    """In order: `name`, `version`, `configuration`, `enabled`. 3scale does not check that a policy exists."""


class PolicyChainProps(Props):
    """The same fields, resolved."""

    product_id: Id
    policies: Annotated[list[Policy], AfterValidator(_with_apicast)]


class PolicyChainProvider(OwnedProvider):
    """`/admin/api/services/{product_id}/proxy/policies`, a single object; each write also deploys to staging."""

    props = PolicyChainProps

    def live(self, api: "AdminApi", known: Json) -> Json:
        """Return the chain."""
        told = api.call("GET", self._path(known))["policies_config"]
        return {"policies": [{name: policy.get(name) for name in Policy.model_fields} for policy in told]}

    def _held(self, api: "AdminApi", known: Json) -> list[Json]:
        """Return the chain as it is declared."""
        chain: list[Json] = self.canonical(known | self.live(api, known))["policies"]
        return chain

    def converge(self, api: "AdminApi", wanted: Json) -> Json:
        """Write the whole chain; a create first looks whether a product that was there already has it."""
        path = self._path(wanted)
        if BEFORE not in wanted and api.expected(path) is None and self._held(api, wanted) == wanted["policies"]:
            return {}
        api.call("PUT", path, {"proxy": {"policies_config": wanted["policies"]}})
        return {}

    def clear(self, api: "AdminApi", known: Json) -> None:
        """Leave the chain of a new product: only the step that forwards."""
        self.converge(api, known | {"policies": [APICAST.model_dump()]})

    def _path(self, known: Json) -> str:
        return f"services/{known['product_id']}/proxy/policies"


class PolicyChain(EntityResource, module="threescale", name="PolicyChain"):
    """The policy chain of one product."""

    product_id: Output[str]

    def __init__(self, name: str, args: PolicyChainArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(PolicyChainProvider(), name, args, opts)
