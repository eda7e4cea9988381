"""Model servers read the bucket through one Secret, in the form in which OpenShift AI and KServe read it."""

import base64
from collections.abc import Mapping

import pulumi
import pytest

from components.model_store import ModelStore, ModelStoreArgs
from components.site import Bucket, Site
from tests.support.platform import placed_with
from tests.support.recorder import SECRET_SIGNATURE, Registration
from tests.support.stack_file import CANARIES

READER = {"modelStoreReaderAccessKeyId": "reader-id", "modelStoreReaderSecretAccessKey": "reader-key"}


def connection(secrets: Mapping[str, str] = CANARIES) -> Registration:
    def component(site: Site, gate: pulumi.Resource) -> None:
        bucket = Bucket(
            name="models",
            endpoint="https://s3.openshift-storage.svc:443",
            region="us-east-1",
            access_key_id=pulumi.Output.secret("writer-id"),
            secret_access_key=pulumi.Output.secret("writer-key"),
            service_authority=True,
            ready=[gate],
        )
        ModelStore("model-store", ModelStoreArgs(site=site, bucket=bucket, namespace=gate))

    return placed_with(secrets, component).one("kubernetes:core/v1:Secret")


def data(secret: Registration) -> dict[str, str]:
    assert SECRET_SIGNATURE in secret.inputs["data"]
    return {key: base64.b64decode(text).decode() for key, text in secret.inputs["data"]["value"].items()}


@pytest.mark.row("S-038", "S-042", "S-043")
def test_the_connection_has_the_labels_by_which_it_becomes_an_entry_of_storage_config() -> None:
    secret = connection()

    assert secret.inputs["metadata"] == {
        "name": "aws-connection-models",
        "namespace": "llm-hosting",
        "labels": {"opendatahub.io/dashboard": "true", "opendatahub.io/managed": "true"},
        "annotations": {"opendatahub.io/connection-type": "s3", "openshift.io/display-name": "Models"},
    }
    assert data(secret) == {
        "AWS_ACCESS_KEY_ID": "writer-id",
        "AWS_SECRET_ACCESS_KEY": "writer-key",
        "AWS_S3_ENDPOINT": "https://s3.openshift-storage.svc:443",
        "AWS_S3_BUCKET": "models",
        "AWS_DEFAULT_REGION": "us-east-1",
    }


@pytest.mark.row("S-042")
def test_servers_get_a_key_that_only_reads_where_the_stack_has_one() -> None:
    found = data(connection({**CANARIES, **READER}))

    assert (found["AWS_ACCESS_KEY_ID"], found["AWS_SECRET_ACCESS_KEY"]) == ("reader-id", "reader-key")


def test_half_a_reader_key_is_none() -> None:
    half = {key: value for key, value in READER.items() if key.endswith("AccessKeyId")}

    assert data(connection({**CANARIES, **half}))["AWS_ACCESS_KEY_ID"] == "writer-id"


@pytest.mark.row("S-043")
def test_nobody_needs_rights_in_another_namespace() -> None:
    assert connection().inputs["metadata"]["namespace"] == "llm-hosting"
