"""The 3scale installation and what holds for every model's API."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.operators import OperatorChannel
from components.config.section import DnsLabel, Email, Section


class PersistentVolume(Section):
    """A volume that several pods write at once."""

    storage_class_name: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="StorageClass that supports ReadWriteMany. The cluster's default class often does not, and the "
        "volume then stays pending for ever."
    )
    size: Annotated[str, StringConstraints(pattern=r"^[0-9]+(Mi|Gi|Ti)$")] = Field(
        default="100Mi", description="Requested size. When left out, what the operator asks for by itself."
    )


class FileStorage(Section):
    """Where the portal keeps its files."""

    pvc: PersistentVolume = Field(description="A persistent volume.")


class ThreeScale(OperatorChannel):
    """3scale API Management with its internal databases."""

    tenant_name: Annotated[DnsLabel, StringConstraints(max_length=30)] = Field(
        default="maas", description="Names every host of 3scale: portal, admin portal and gateways. Permanent."
    )
    admin_email: Email = Field(description="E-mail address of the tenant's first administrator.")
    resource_requirements: bool = Field(
        default=True,
        description="Whether 3scale's pods ask for the resources they need. When false, the scheduler takes them for "
        "free; for evaluation only.",
    )
    file_storage: FileStorage = Field(description="Where the portal keeps its files.")


class Promotion(Section):
    """How far a changed API is promoted."""

    staging: bool = Field(default=True, description="Whether a change reaches the staging gateway.")
    production: bool = Field(
        default=True,
        description="Whether a change reaches the production gateway. When false, production keeps its version until "
        "somebody promotes it.",
    )
