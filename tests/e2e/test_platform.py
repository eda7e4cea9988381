"""The main job, and that nothing happens when nothing changed."""

import base64
import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.deployed import PROJECT, STACK, Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


@pytest.mark.row("S-002")
def test_a_model_answers_through_the_gateway_and_its_tokens_are_counted(platform: Platform) -> None:
    said = platform.operation("verify", "--stack", STACK)
    assert re.search(r"3scale counted [1-9]\d* tokens for the two calls", said)


@pytest.mark.row("S-196")
def test_the_printed_curl_line_works_as_pasted(platform: Platform) -> None:
    said = platform.operation("verify", "--stack", STACK)
    line = next(line for line in said.splitlines() if line.startswith("curl "))
    plain = {"PATH": platform.environment["PATH"], "HOME": platform.environment["HOME"]}
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, env=plain, cwd="/")
    assert json.loads(done.stdout)["choices"]


def test_a_second_up_changes_nothing_and_writes_nothing(platform: Platform) -> None:
    platform.forget_requests()
    platform.up("--expect-no-changes")
    assert platform.writes() == []


def test_a_preview_makes_no_call_to_3scale(platform: Platform) -> None:
    platform.forget_requests()
    platform.pulumi("preview", "--expect-no-changes")
    assert [entry for entry in platform.requests() if entry["path"].startswith("/admin/api")] == []


def test_plain_pulumi_works_after_sourcing_the_environment(platform: Platform) -> None:
    assert "unchanged" in platform.run("pulumi", "preview", "--non-interactive", "--expect-no-changes")


def test_a_refresh_right_after_up_changes_nothing(platform: Platform) -> None:
    platform.pulumi("refresh", "--yes", "--expect-no-changes")


def test_another_teams_program_reads_the_endpoints(platform: Platform, tmp_path: Path) -> None:
    consumer = ["pulumi", "-C", str(PROJECT / "examples" / "consumer")]
    settings = tmp_path / "Pulumi.reader.yaml"
    environment = {**platform.environment, "PULUMI_OPTION_CONFIG_FILE": str(settings)}

    def run(*arguments: str) -> str:
        done = subprocess.run([*consumer, *arguments], capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    # The stack is made from a copy, because `stack init` writes beside Pulumi.yaml.
    (tmp_path / "Pulumi.yaml").write_text((PROJECT / "examples" / "consumer" / "Pulumi.yaml").read_text())
    subprocess.run(["pulumi", "-C", str(tmp_path), "stack", "init", "reader"], check=True, env=environment)
    run("up", "--stack", "reader", "--yes", "--non-interactive")
    urls = json.loads(run("stack", "output", "--stack", "reader", "--json"))["base_urls"]
    assert urls == {name: f"{url.rstrip('/')}/v1" for name, url in platform.outputs()["model_endpoints"].items()}


def tracked_changes() -> str:
    """What git sees as changed or new in the project."""
    done = subprocess.run(["git", "status", "--porcelain"], cwd=PROJECT, capture_output=True, text=True, check=True)
    return done.stdout


def test_no_tracked_file_is_changed(platform: Platform) -> None:
    before = tracked_changes()
    platform.operation("local-stack", "--stack", STACK, "--directory", str(platform.directory))
    platform.up("--expect-no-changes")
    assert tracked_changes() == before


def stack_secrets(platform: Platform) -> dict[str, str]:
    """Every secret of the stack, the application's key and the other teams' token, by what it is."""
    shown = json.loads(platform.pulumi("config", "--show-secrets", "--json"))
    secrets = {key: entry["value"] for key, entry in shown.items() if entry.get("secret")}
    reference = next(iter(platform.outputs()["test_application_keys"].values()))
    key = platform.operation("secret", f"{reference['namespace']}/{reference['name']}", reference["key"])
    made = platform.outputs()["threescale_access_token"]
    token = platform.operation("secret", f"{made['namespace']}/{made['name']}", made["key"])
    kubeconfig = yaml.safe_load(Path(platform.environment["KUBECONFIG"]).read_text())
    client_key = kubeconfig["users"][0]["user"]["client-key-data"]
    return {**secrets, "application key": key, "access token": token, "client key of the kubeconfig": client_key}


def test_no_secret_is_readable_in_state_logs_or_rendered_files(platform: Platform) -> None:
    secrets = stack_secrets(platform)
    assert len(secrets) >= 8
    folders = [
        platform.directory / "pulumi-state",
        platform.directory / "logs",
        PROJECT / ".toolchain/pulumi-home/logs",
    ]
    files = [path for folder in folders for path in folder.rglob("*")]
    files += [platform.settings_file, platform.directory / "endpoints.json", platform.directory / "env"]
    leaks = [
        f"{name} in {path}"
        for path in files
        if path.is_file()
        for name, value in secrets.items()
        for form in (value.encode(), base64.b64encode(value.encode()))
        if form in path.read_bytes()
    ]
    assert leaks == []


def test_no_secret_is_readable_in_a_preview_that_rotates_one(platform: Platform, tmp_path: Path) -> None:
    before, secrets = platform.settings_file.read_text(), stack_secrets(platform)
    rotated = "canary-rotated-secret-0815"
    try:
        platform.run("bash", "-c", f"printf %s {rotated} | pulumi config set --secret maas:keycloakAdminClientSecret")
        digest = platform.pulumi("preview", "--json")
        (tmp_path / "digest.json").write_text(digest)
        comment = platform.operation("preview-comment", "--stack", STACK, "--digest", str(tmp_path / "digest.json"))
        said = [
            digest,
            comment,
            platform.pulumi("preview", "--diff"),
            platform.operation("preview-comment", "--stack", STACK),
        ]
    finally:
        platform.settings_file.write_text(before)
    assert "update" in comment
    shown = [name for name, value in {**secrets, "rotated": rotated}.items() if any(value in text for text in said)]
    assert shown == []
