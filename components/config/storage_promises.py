"""What storage promises the rest: a bucket for models that lie in one, volumes that several pods can share."""

from collections.abc import Iterator

from pydantic import TypeAdapter, ValidationError

from components.config.model_source import Commit, HuggingFace
from components.config.problems import Problem
from components.config.promise import Names, Promise
from components.config.settings import Settings
from components.config.storage import (
    CLUSTER_NAME,
    GATEWAY_CLASS,
    NAMESPACE,
    SHARED_CLASS,
    ExternalStore,
    MinioStore,
    ObcStore,
)


def _bucket(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.model_store is not None:
        return
    for key, model in settings.models.items():
        if model.source.bucket_prefix is not None:
            yield Problem(
                path=f"models.{key}.source.{model.source.kind}",
                given="it was given without modelStore",
                allowed="a model from a bucket when modelStore says where the bucket is",
                remedy="add modelStore, or use source.oci",
            )


def _image(settings: Settings, _: Names) -> Iterator[Problem]:
    users = [f"models.{key}.source.huggingface" for key, _source in _imports(settings)]
    if isinstance(settings.model_store, MinioStore):
        users.append("modelStore, whose bucket a Job makes,")
    if users and settings.model_import.image is None:
        yield Problem(
            path="modelImport.image",
            given=f"the key is missing; {' and '.join(users)} cannot do without it",
            allowed="an image pinned by digest (KServe's storage initializer of the OpenShift AI release)",
            remedy="add modelImport.image; `oc get cm -n redhat-ods-applications inferenceservice-config` names it",
        )


def _commit(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.environment == "dev":
        return
    for key, source in _imports(settings):
        if not _is_commit(source.revision):
            yield Problem(
                path=f"models.{key}.source.huggingface.revision",
                given=f'"{source.revision}" was given' if source.revision else "the key is missing",
                allowed=f"outside dev a commit of 40 hexadecimal digits; environment is {settings.environment}, and a "
                "branch or tag can move",
                remedy=f"copy the commit from the history of {source.repo} on the model hub",
            )


def _one_import_per_folder(settings: Settings, _: Names) -> Iterator[Problem]:
    owners: dict[str, tuple[str, HuggingFace]] = {}
    for key, source in _imports(settings):
        first, its = owners.setdefault(source.prefix, (key, source))
        if its != source:
            yield Problem(
                path=f"models.{key}.source.huggingface",
                given=f"{source.prefix} is imported for model {first} with other patterns",
                allowed="the same allow and deny for every model of one repository and revision; they share the folder",
                remedy=f"copy both keys from models.{first}.source.huggingface",
            )


def _plain_http(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.environment == "dev":
        return
    urls = {"modelImport.hub": settings.model_import.hub}
    if isinstance(settings.model_store, ExternalStore):
        urls["modelStore.endpoint"] = settings.model_store.endpoint
    for path, url in urls.items():
        if url.startswith("http:"):
            yield Problem(
                path=path,
                given=f'"{url}" was given while environment is {settings.environment}',
                allowed="a URL that begins with https; over http anybody on the way reads keys and weights",
                remedy=f"set {path} to the https address",
            )


def _evaluation_only(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.environment == "prod" and isinstance(settings.model_store, MinioStore):
        yield Problem(
            path="modelStore.kind",
            given='"minio" was given while environment is prod',
            allowed="obc or external; the MinIO server is one pod with one disk, and its images get no repairs",
            remedy="use OpenShift Data Foundation (obc) or a bucket of your cloud (external)",
        )


def _shared_volumes(settings: Settings, _: Names) -> Iterator[Problem]:
    volume, odf = settings.threescale.file_storage.pvc, settings.storage.odf
    if volume is None or odf is None:
        return
    name = volume.storage_class_name
    blocks = (odf.backing_class, f"{CLUSTER_NAME}-ceph-rbd")
    if name in blocks or (odf.object_only and name == SHARED_CLASS):
        wrong = "makes block volumes, which one node writes at a time" if name in blocks else "needs disks of its own"
        yield Problem(
            path="threescale.fileStorage.pvc.storageClassName",
            given=f'"{name}" {wrong}',
            allowed="a class with ReadWriteMany"
            + ("" if odf.object_only else f", such as {SHARED_CLASS}, which storage.odf makes"),
            remedy="name such a class, or keep the portal's files in a bucket with threescale.fileStorage.s3",
        )


def _bucket_class(settings: Settings, _: Names) -> Iterator[Problem]:
    store, odf = settings.model_store, settings.storage.odf
    if (
        isinstance(store, ObcStore)
        and odf is not None
        and odf.object_only
        and store.storage_class_name == GATEWAY_CLASS
    ):
        yield Problem(
            path="modelStore.storageClassName",
            given=f'"{GATEWAY_CLASS}" is a class of Ceph, which storage.odf.objectOnly leaves out',
            allowed="the class of the Multicloud Object Gateway, which is the default",
            remedy="remove modelStore.storageClassName, or storage.odf.objectOnly",
        )


def _own_namespace(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.storage.odf is None:
        return
    for key, name in settings.namespaces.model_dump(by_alias=True).items():
        if name == NAMESPACE:
            yield Problem(
                path=f"namespaces.{key}",
                given=f'"{name}" is the namespace of storage.odf',
                allowed="a namespace of its own; an operator's namespace holds exactly one OperatorGroup",
                remedy="give another namespace",
            )


def _imports(settings: Settings) -> Iterator[tuple[str, HuggingFace]]:
    for key, model in settings.models.items():
        if model.source.huggingface is not None:
            yield key, model.source.huggingface


def _is_commit(revision: str | None) -> bool:
    try:
        TypeAdapter(Commit).validate_python(revision)
    except ValidationError:
        return False
    return True


STORAGE_PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"models", "model_store"}), _bucket),
    Promise(frozenset({"models", "model_store", "model_import"}), _image),
    Promise(frozenset({"environment", "models"}), _commit),
    Promise(frozenset({"models"}), _one_import_per_folder),
    Promise(frozenset({"environment", "model_store", "model_import"}), _plain_http),
    Promise(frozenset({"environment", "model_store"}), _evaluation_only),
    Promise(frozenset({"storage", "threescale"}), _shared_volumes),
    Promise(frozenset({"storage", "model_store"}), _bucket_class),
    Promise(frozenset({"storage", "namespaces"}), _own_namespace),
)
"""Every promise about storage."""
