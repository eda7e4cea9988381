"""What surrounds a model's API in 3scale: its backend's names, its page for developers, its subscription."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.naming import SystemName
from components.config.section import Section, Title, rule


class BackendNames(Section):
    """Names of the backend; it has them apart from the product."""

    system_name: SystemName | None = Field(
        default=None,
        description="Permanent name of the backend. When left out, the product's. A change replaces the backend.",
    )
    display_name: Title | None = Field(
        default=None, description="Title in the admin portal. When left out, the model's."
    )
    description: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        default=None, description="Sentence in the admin portal. When left out, the model's."
    )


class Docs(Section):
    """The model's API as a page of the developer portal (ActiveDocs)."""

    enabled: bool = Field(
        default=True,
        description="Whether the model has such a page. The portal's application page reads the model's address from "
        "it.",
    )
    publish: bool = Field(default=True, description="Whether developers see the page.")
    file: Annotated[str, StringConstraints(min_length=1, pattern=r"\.(json|ya?ml)$")] | None = Field(
        default=None,
        description="An OpenAPI 3.0 document of your own, JSON or YAML, below the project's folder. When left out, "
        "one is generated from the exposed operations.",
    )
    skip_validation: bool = Field(
        default=False,
        description="Whether 3scale takes the document as it is; 3scale 2.15 needs that for OpenAPI 3.1.",
    )
    system_name: SystemName | None = Field(
        default=None, description="Permanent name of the page in the tenant. When left out, the product's."
    )
    display_name: Title | None = Field(default=None, description="Title of the page. When left out, the model's.")
    description: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        default=None, description="Sentence below the title. When left out, the model's description."
    )

    @model_validator(mode="after")
    def _file_of_a_page(self) -> Self:
        if not self.enabled and self.file is not None:
            raise rule(
                given="file was given while enabled is false",
                allowed="a file only where the model has a page",
                remedy="remove {path}.file, or remove {path}.enabled",
            )
        return self


class Subscription(Section):
    """The service plan: the terms under which an account subscribes to the model before it makes applications."""

    plan: Title = Field(
        default="Default", description="Name of the plan. 3scale makes one of the name `Default` with each product."
    )
    default: bool = Field(
        default=True,
        description="Whether accounts that sign up later are subscribed at once and see the model. 3scale has no way "
        "back: a later `false` leaves the default as it is.",
    )
    published: bool = Field(default=True, description="Whether developers can subscribe by themselves.")
    approval_required: bool = Field(
        default=False, description="Whether an administrator must accept each subscription."
    )
