"""The page on which developers find a model's API; reads a file of the project where one is named."""

from dataclasses import dataclass
from typing import Any

from components.config import Settings
from components.config.documents import document
from components.model_api.definition import ApiDefinition
from components.model_api.openapi import openapi_document


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the portal."""

    system_name: str
    """Its permanent name in the tenant."""
    name: str
    """Its title."""
    description: str
    """A sentence below it."""
    document: dict[str, Any]
    """The OpenAPI document."""
    published: bool
    """Whether developers see it."""
    skip_validation: bool
    """Whether 3scale takes the document as it is."""


def page(settings: Settings, key: str, api: ApiDefinition) -> Page | None:
    """The page of model `key`, whose API is `api`; nothing when it has none."""
    docs = settings.models[key].docs
    if not docs.enabled:
        return None
    return Page(
        system_name=settings.docs_system_name(key),
        name=docs.display_name or settings.display_name(key),
        description=settings.models[key].description if docs.description is None else docs.description,
        document=openapi_document(settings, key, api) if docs.file is None else document(docs.file),
        published=docs.publish,
        skip_validation=docs.skip_validation,
    )
