"""ActiveDoc: the OpenAPI document of one product, which the developer portal shows and takes the public address from.

3scale keeps it as JSON text; here it is a mapping, so that a difference names paths. It goes with its product.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CheckFailure, CheckResult

from dynamic_providers.declared import Props, plain
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import Entity, EntityProvider, EntityResource
from dynamic_providers.threescale.openapi_document import problems
from dynamic_providers.threescale.shapes import Id, SystemName, Title

OWN = ("system_name", "name", "description", "published", "skip_swagger_validations")
CHECKED = ("document", "skip_swagger_validations")
UNBOUND = "none"
"""Stands for the product of a document that has none."""


@dataclass(frozen=True, kw_only=True)
class ActiveDocArgs:
    """What a caller declares."""

    system_name: Input[str]
    """Permanent name, unique in the tenant; a change replaces the document."""
    name: Input[str]
    """Title in the portal."""
    product_id: Input[str]
    """The product; with a replaced one goes the document, so another one replaces it too."""
    document: Input[Mapping[str, Any]]
    """OpenAPI 3.0 as a mapping; of `servers`, the first is absolute and not this machine."""
    description: Input[str] = ""
    published: Input[bool] = True
    """Shown in the portal."""
    skip_swagger_validations: Input[bool] = False
    """Neither this provider nor 3scale checks the document; needed for OpenAPI 3.1 on 3scale 2.15."""
    adopt: Input[bool] = False
    """Take over an existing document of this system name."""


class ActiveDocProps(Props):
    """The same fields, resolved."""

    system_name: SystemName
    name: Title
    product_id: Id
    document: dict[str, Any]
    description: str = ""
    published: bool = True
    skip_swagger_validations: bool = False
    adopt: bool = False


class ActiveDocProvider(EntityProvider):
    """`/admin/api/active_docs`."""

    entity = Entity(title="ActiveDoc", path="active_docs", wrapper="api_docs_service", collection="api_docs")
    props = ActiveDocProps
    replace_on = frozenset({"system_name", "product_id"})

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs, and a failure per part of the document that 3scale or a reader could not use."""
        checked = super().check(_olds, news)
        document, skip = (checked.inputs.get(name) for name in CHECKED)
        # What the state has was checked before, which takes a while.
        if isinstance(document, Mapping) and [document, skip] != [plain(_olds.get(name)) for name in CHECKED]:
            # Whether to skip may not be known yet; then the check in `up` decides.
            found = problems(document, skip=skip is not False)
            checked.failures.extend(CheckFailure(f"document{path}", reason) for path, reason in found)
        return checked

    def body(self, wanted: Json) -> Json:
        """Return the fields of a document, which itself goes as text."""
        own = {name: wanted[name] for name in OWN}
        text = json.dumps(wanted["document"], ensure_ascii=False, sort_keys=True)
        return own | {"service_id": int(wanted["product_id"]), "body": text}

    def live(self, item: Json) -> Json:
        """Return the inputs that the server tells; a text that is no JSON stands for itself, and so is a difference."""
        told = {name: item.get(name) for name in OWN}
        product = {"product_id": str(item["service_id"])} if item.get("service_id") else {"product_id": UNBOUND}
        return told | product | {"document": _parsed(item.get("body") or "")}


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(text)
    except ValueError:
        return text


class ActiveDoc(EntityResource, module="threescale", name="ActiveDoc"):
    """An API description of the tenant."""

    system_name: Output[str]

    def __init__(self, name: str, args: ActiveDocArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ActiveDocProvider(), name, args, opts)
