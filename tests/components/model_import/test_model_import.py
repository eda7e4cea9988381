"""A model of the hub is copied by one Job per revision, which only a change of what is copied replaces."""

import base64
import json
from typing import Any

import pulumi
import pytest

from components.config import Settings
from components.config.validation import validated as valid_settings
from components.custom_resources import validated
from components.model_import import ImportTools, ImportToolsArgs, ModelImport, ModelImportArgs, needed_imports
from components.model_import.imports import import_job
from components.site import Bucket, Site
from tests.components.config.test_model_source import COMMIT
from tests.components.config.test_storage import IMAGE, imported
from tests.components.config.test_validation import ALL_SECRETS, MODEL
from tests.support.platform import placed_with
from tests.support.recorder import SECRET_SIGNATURE, Recording
from tests.support.stack_file import CANARIES, dev_stack, merged

JOB = "kubernetes:batch/v1:Job"
GATE = "pulumi-python:dynamic/cluster:JobGate"
COMMON: dict[str, Any] = {"modelStore": {"kind": "obc"}, "modelImport": {"image": IMAGE}}


def chosen(**changes: Any) -> Settings:  # noqa: ANN401 - keys of the stack file
    return valid_settings(merged(dev_stack(**COMMON, models=imported()), changes), ALL_SECRETS)


def job(found: Settings, *, service_authority: bool = True) -> dict[str, Any]:
    (wanted,) = needed_imports(found).values()
    return validated(import_job(found, wanted, service_authority=service_authority))


def container(found: Settings, **more: bool) -> dict[str, Any]:
    (only,) = job(found, **more)["spec"]["template"]["spec"]["containers"]
    return dict(only)


def recording(secrets: dict[str, str], **changes: Any) -> Recording:  # noqa: ANN401 - keys of the stack file
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
        tools = ImportTools("model-import", ImportToolsArgs(site=site, bucket=bucket, namespace=gate))
        for wanted in needed_imports(site.settings).values():
            ModelImport(wanted.key, ModelImportArgs(site=site, wanted=wanted, bucket=bucket, tools=tools))

    return placed_with(secrets, component, **merged({**COMMON, "models": imported()}, changes))


@pytest.mark.row("S-052", "S-055")
def test_the_job_is_told_repository_revision_patterns_and_folder() -> None:
    found = container(chosen(models=imported(allow=["*.safetensors"], deny=["x*"])))

    assert json.loads(found["args"][0]) == {
        "hub": "https://huggingface.co",
        "repo": "a/b",
        "revision": COMMIT,
        "allow": ["*.safetensors"],
        "deny": ["x*"],
        "prefix": f"a/b/{COMMIT}/",
    }
    assert found["image"] == IMAGE
    assert found["command"] == ["python3", "-m", "job"]


@pytest.mark.row("S-055")
def test_the_jobs_name_changes_with_what_is_copied_and_with_nothing_else() -> None:
    name = job(chosen())["metadata"]["name"]

    assert name.startswith(f"{MODEL}-import-")
    assert job(chosen(waits={"modelImportSeconds": 9}))["metadata"]["name"] == name
    assert job(chosen(models={MODEL: {"maxModelLen": 7}}))["metadata"]["name"] == name
    others = [
        chosen(models=imported(revision="f" * 40)),
        chosen(models=imported(allow=["*.json"])),
        chosen(modelStore={"kind": "obc", "bucket": "other"}),
        chosen(modelImport={"hub": "https://mirror.example.com"}),
    ]
    assert len({name, *(job(one)["metadata"]["name"] for one in others)}) == 5


def test_the_jobs_name_fits_a_label_whatever_the_models_key() -> None:
    key = "m" * 53
    model = {**dev_stack(models=imported())["models"][MODEL], "systemName": "short"}
    found = chosen(models={MODEL: None, key: model}, consumers=None)

    assert len(job(found)["metadata"]["name"]) <= 63


def test_the_job_runs_as_nobody_without_the_clusters_api_and_ends_in_time() -> None:
    spec = job(chosen(waits={"modelImportSeconds": 99}))["spec"]
    pod = spec["template"]["spec"]

    assert spec["activeDeadlineSeconds"] == 99
    assert pod["automountServiceAccountToken"] is False
    assert pod["restartPolicy"] == "Never"
    assert container(chosen())["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert "ttlSecondsAfterFinished" not in spec
    assert spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] == [2]


@pytest.mark.row("S-037")
def test_the_authority_of_the_clusters_services_is_trusted_where_it_signs_the_stores_certificate() -> None:
    variables = {one["name"]: one["value"] for one in container(chosen())["env"]}

    assert variables["AWS_CA_BUNDLE"] == "/etc/service-ca/service-ca.crt"
    public = container(chosen(), service_authority=False)
    assert "AWS_CA_BUNDLE" not in {one["name"] for one in public["env"]}
    assert [one["name"] for one in public["volumeMounts"]] == ["script"]


@pytest.mark.row("S-053")
def test_the_token_is_in_one_secret_and_no_job_shows_it() -> None:
    found = recording({**CANARIES, "huggingFaceToken": "canary-hub-token"})
    secret = found.one("kubernetes:core/v1:Secret")
    data = {key: base64.b64decode(text).decode() for key, text in secret.inputs["data"]["value"].items()}

    assert SECRET_SIGNATURE in secret.inputs["data"]
    assert data["HF_TOKEN"] == "canary-hub-token"
    assert data["AWS_SECRET_ACCESS_KEY"] == "writer-key"
    job = json.dumps(found.one(JOB).inputs)
    assert "canary" not in job
    assert '"secretRef": {"name": "model-import"}' in job
    assert "HF_TOKEN" not in recording(dict(CANARIES)).one("kubernetes:core/v1:Secret").inputs["data"]["value"]


def test_the_script_is_the_packages_own_files() -> None:
    files = recording(dict(CANARIES)).one("kubernetes:core/v1:ConfigMap").inputs["data"]

    assert {"__init__.py", "__main__.py"} <= set(files)
    assert all(name.endswith(".py") for name in files)
    for name, text in files.items():
        compile(text, name, "exec")


@pytest.mark.row("S-055")
def test_the_gate_ends_at_once_when_the_job_failed_and_waits_two_hours_otherwise() -> None:
    found = recording(dict(CANARIES))
    gate = found.one(GATE)

    assert gate.dependencies == {found.urn(JOB)}
    assert (gate.inputs["conditions"], gate.inputs["terminal"]) == (["Complete"], ["Failed"])
    assert gate.inputs["timeout_seconds"] == 7200
    assert gate.inputs["name"] == found.one(JOB).inputs["metadata"]["name"]
    assert found.one(JOB).inputs["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


def test_models_of_one_revision_share_their_import() -> None:
    model = dev_stack(models=imported())["models"][MODEL]
    both = recording(dict(CANARIES), models={"second": {**model, "displayName": "Second"}})

    assert [one.name for one in both.of("maas:serving:ModelImport")] == [MODEL]
