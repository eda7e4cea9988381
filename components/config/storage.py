"""Storage of the cluster, and the bucket in which models lie."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.operators import OperatorChannel
from components.config.section import HttpUrl, PinnedImage, Section, rule

CLUSTER_NAME = "ocs-storagecluster"
"""Name of the StorageCluster; the names of its storage classes begin with it (ocs-operator, controllers/util)."""

NAMESPACE = "openshift-storage"
"""Namespace of OpenShift Data Foundation; the console and the operators look nowhere else (odf-operator)."""

SHARED_CLASS = f"{CLUSTER_NAME}-cephfs"
"""Storage class of volumes that several pods write at once (ocs-operator, controllers/storagecluster)."""

NOOBAA_CLASS = f"{NAMESPACE}.noobaa.io"
"""Storage class of buckets of the Multicloud Object Gateway (noobaa-operator, pkg/system/phase2_creating.go)."""

GATEWAY_CLASS = f"{CLUSTER_NAME}-ceph-rgw"
"""Storage class of buckets of Ceph's own gateway; on AWS, Azure, Google and IBM Cloud it does not exist
(ocs-operator, SkipObjectStorePlatforms)."""

CONNECTION = "aws-connection-models"
"""Name of the data connection of the model servers; OpenShift AI's dashboard begins such names like this."""

KEY_ENTRIES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Entries of its Secret with the key (odh-model-controller, storage-config)."""

ClassName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", min_length=1, max_length=253)]
"""Name of a StorageClass."""

NodeName = ClassName
"""Name of a node: likewise a DNS name."""

DiskSize = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*(Gi|Ti)$")]
"""Size of a volume."""

BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
"""Name of a bucket: 3 to 63 characters (Amazon S3, general purpose bucket naming rules)."""

Region = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=63)]
"""Region of an object store; what is not Amazon's takes any word."""


def minio_address(namespace: str) -> str:
    """Host and port of a MinIO server of this stack's own; 9000 is its port for the S3 protocol (minio, cmd)."""
    return f"minio.{namespace}.svc:9000"


class Odf(OperatorChannel):
    """OpenShift Data Foundation, installed by this stack."""

    companions: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*\.v?[0-9]+\.[0-9].*$")], ...] = (
        Field(
            default=(),
            description="ClusterServiceVersions that the operator brings along, such as `ocs-operator.v4.20.0-rhodf`; "
            "a plan that installs any other one is refused.",
        )
    )
    backing_class: ClassName = Field(
        description="StorageClass of the disks below: of block volumes, the cloud's own or one of local disks."
    )
    device_size: DiskSize | None = Field(
        default=None,
        description="Size of one disk; there are three of it for each of `deviceCount`. Required unless `objectOnly`.",
    )
    device_count: Annotated[int, Field(ge=1, le=9)] = Field(
        default=1, description="Number of disks per node or zone; usable space is `deviceCount` times `deviceSize`."
    )
    portable: bool = Field(
        default=True,
        description="Whether a disk can move to another node, as a cloud's volumes can. False for local disks.",
    )
    profile: Literal["lean", "balanced", "performance"] = Field(
        default="balanced",
        description="How much processor time and memory the storage's pods get; `lean` for small clusters.",
    )
    nodes: Annotated[tuple[NodeName, ...], Field(max_length=100)] = Field(
        default=(),
        description="Nodes that this stack labels for storage. When left out, the cluster has labelled at least three "
        "with `cluster.ocs.openshift.io/openshift-storage` already. The only taint that all of the storage's pods "
        "tolerate is `node.ocs.openshift.io/storage=true:NoSchedule`, which keeps other pods away.",
    )
    object_only: bool = Field(
        default=False,
        description="Installs the Multicloud Object Gateway alone: buckets, and no class of shared or block volumes.",
    )

    @model_validator(mode="after")
    def _sized(self) -> Self:
        if (self.device_size is None) is not self.object_only:
            raise rule(
                given="neither deviceSize nor objectOnly was given"
                if self.device_size is None
                else "deviceSize was given together with objectOnly",
                allowed="deviceSize, or objectOnly: true, which has no disks of its own",
                remedy="add {path}.deviceSize" if self.device_size is None else "remove {path}.deviceSize",
            )
        return self

    @model_validator(mode="after")
    def _three_nodes(self) -> Self:
        if 0 < len(set(self.nodes)) < _REPLICAS and not self.object_only:
            raise rule(
                given=f"nodes names {len(set(self.nodes))} node(s)",
                allowed=f"at least {_REPLICAS} different nodes, one per copy of the data, or none",
                remedy="add nodes to {path}.nodes",
            )
        return self


_REPLICAS = 3
"""Copies of the data, each on another node (ocs-operator, controllers/defaults)."""


class Storage(Section):
    """What this stack installs to store data."""

    odf: Odf | None = Field(
        default=None,
        description="OpenShift Data Foundation. When left out, the storage classes that are named elsewhere exist.",
    )


class ObcStore(Section):
    """A bucket that OpenShift Data Foundation makes."""

    kind: Literal["obc"] = Field(description="`obc`: an ObjectBucketClaim of OpenShift Data Foundation.")
    storage_class_name: ClassName = Field(
        default=NOOBAA_CLASS,
        description=f"StorageClass of the bucket. When left out, the Multicloud Object Gateway's, which works on every "
        f"platform; `{GATEWAY_CLASS}` is Ceph's own gateway, which exists on premises only. A change makes another "
        "bucket and deletes the old one.",
    )
    bucket: BucketName = Field(
        default="models",
        description="Name of the bucket, unique in its store. A change makes another one and deletes the old one; in "
        "production that is refused, and docs/storage.md says what to do.",
    )
    region: Region = Field(default="us-east-1", description="Region that clients name; this store takes any word.")


class MinioStore(Section):
    """A MinIO server of this stack's own; for evaluation, its maker publishes no images any more."""

    kind: Literal["minio"] = Field(description="`minio`: a small server of this stack's own, for evaluation.")
    image: PinnedImage = Field(description="Image of the server, pinned by digest.")
    size: DiskSize = Field(description="Size of its volume.")
    storage_class_name: ClassName | None = Field(
        default=None,
        description="StorageClass of its volume. When left out, the cluster's default class. A later change has no "
        "effect: the objects are on the volume.",
    )
    bucket: BucketName = Field(default="models", description="Name of the bucket.")
    region: Region = Field(default="us-east-1", description="Region that clients name; this store takes any word.")


class ExternalStore(Section):
    """A bucket that exists."""

    kind: Literal["external"] = Field(
        description="`external`: a bucket that somebody else keeps, with the S3 protocol."
    )
    endpoint: HttpUrl = Field(description="URL of the S3 service, such as `https://s3.eu-central-1.amazonaws.com`.")
    region: Region = Field(description="Region of the bucket.")
    bucket: BucketName = Field(description="Name of the bucket; this stack neither makes nor deletes it.")


ModelStore = Annotated[ObcStore | MinioStore | ExternalStore, Field(discriminator="kind")]
"""Where the bucket with the models is."""


class ModelImport(Section):
    """The Jobs that copy models from the hub into the bucket."""

    image: PinnedImage | None = Field(
        default=None,
        description="Image of the Jobs, pinned by digest: KServe's storage initializer of the OpenShift AI release "
        "(`odh-kserve-storage-initializer`), which has the client of the S3 protocol that the import needs. Required "
        "with `source.huggingface`.",
    )
    hub: HttpUrl = Field(
        default="https://huggingface.co", description="URL of the model hub, or of a mirror with the same interface."
    )
