"""Where 3scale keeps the files of the portal: a volume that several pods share, or a bucket."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.section import Section, rule

Bucket = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
"""Name of a bucket (Amazon S3, bucket naming rules: 3 to 63 characters)."""

Endpoint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$")]
"""Host of a server, with its port where it is not the protocol's own; no scheme and no path."""


class PersistentVolume(Section):
    """A volume that several pods write at once."""

    storage_class_name: Annotated[str, StringConstraints(min_length=1)] = Field(
        description="StorageClass that supports ReadWriteMany. The cluster's default class often does not, and the "
        "volume then stays pending for ever."
    )
    size: Annotated[str, StringConstraints(pattern=r"^[0-9]+(Mi|Gi|Ti)$")] = Field(
        default="100Mi", description="Requested size. When left out, what the operator asks for by itself."
    )


class S3(Section):
    """A bucket of Amazon S3 or of a server that speaks its protocol; it must exist."""

    bucket: Bucket = Field(description="Name of the bucket.")
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$")] = Field(
        description="Region of the bucket; servers of other makers take any, usually `us-east-1`."
    )
    endpoint: Endpoint | None = Field(
        default=None, description="Host and port of the server, without scheme. When left out, Amazon's own."
    )
    protocol: Literal["https", "http"] = Field(
        default="https",
        description="How the server is reached. `http` sends files and signatures in the clear, and is refused "
        "outside `dev`.",
    )
    path_style: bool = Field(
        default=False,
        description="Whether the bucket is the first part of the path instead of the host. Servers without a host per "
        "bucket need it.",
    )


class FileStorage(Section):
    """Where the portal keeps its files: exactly one of the keys."""

    pvc: PersistentVolume | None = Field(default=None, description="A persistent volume.")
    s3: S3 | None = Field(
        default=None,
        description="A bucket. Its keys are the stack secrets `threescaleFileStorageAccessKeyId` and "
        "`threescaleFileStorageSecretAccessKey`.",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.pvc is None) == (self.s3 is None):
            both = self.pvc is not None
            raise rule(
                given=f"{'both pvc and s3 were' if both else 'neither pvc nor s3 was'} given",
                allowed="exactly one of the keys pvc and s3",
                remedy="remove {path}.pvc or {path}.s3" if both else "add {path}.pvc or {path}.s3",
            )
        return self
