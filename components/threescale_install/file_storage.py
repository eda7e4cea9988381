"""Where the portal's files go: a part of the APIManager, and the Secret it refers to."""

from typing import Any

import pulumi

from components.config.file_storage import S3, FileStorage
from components.config.stack import Secrets
from components.threescale_install.given import given

SECRET = "system-file-storage"  # noqa: S105 - the name of a Secret, not its contents
"""Secret with the bucket's address and keys."""


def file_storage(storage: FileStorage) -> dict[str, Any]:
    """The part `system.fileStorage` of an APIManager: exactly one place."""
    if (volume := storage.pvc) is not None:
        claim = {"storageClassName": volume.storage_class_name, "resources": {"requests": volume.size}}
        return {"persistentVolumeClaim": claim}
    return {"simpleStorageService": {"configurationSecretRef": {"name": SECRET}}}


def bucket_entries(s3: S3, secrets: Secrets) -> dict[str, pulumi.Input[str]]:
    """Entries of the Secret (3scale-operator, doc/apimanager-reference.md, fileStorage S3 credentials secret)."""
    entries: dict[str, pulumi.Input[str]] = {
        "AWS_ACCESS_KEY_ID": given(secrets.threescale_file_storage_access_key_id),
        "AWS_SECRET_ACCESS_KEY": given(secrets.threescale_file_storage_secret_access_key),
        "AWS_BUCKET": s3.bucket,
        "AWS_REGION": s3.region,
    }
    if s3.endpoint is None:
        return entries
    style = "true" if s3.path_style else "false"
    return {**entries, "AWS_HOSTNAME": s3.endpoint, "AWS_PROTOCOL": s3.protocol.upper(), "AWS_PATH_STYLE": style}
