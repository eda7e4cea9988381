"""The main job, and that nothing happens when nothing changed."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.deployed import PROJECT, STACK, Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]


def test_a_model_answers_through_the_gateway_and_its_tokens_are_counted(platform: Platform) -> None:
    said = platform.operation("verify", "--stack", STACK)
    assert re.search(r"3scale counted [1-9]\d* tokens for the two calls", said)


def test_the_printed_curl_line_works_as_pasted(platform: Platform) -> None:
    said = platform.operation("verify", "--stack", STACK)
    line = next(line for line in said.splitlines() if line.startswith("curl "))
    plain = {"PATH": platform.environment["PATH"], "HOME": platform.environment["HOME"]}
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True, env=plain, cwd="/")
    assert json.loads(done.stdout)["choices"]


def test_a_second_up_changes_nothing_and_writes_nothing(platform: Platform) -> None:
    platform.forget_requests()
    platform.up("--expect-no-changes")
    assert platform.writes("threescale") == []


def test_a_preview_makes_no_call_to_3scale(platform: Platform) -> None:
    platform.forget_requests()
    platform.pulumi("preview", "--expect-no-changes")
    assert [entry for entry in platform.requests() if entry["part"] == "threescale"] == []


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


def test_no_tracked_file_is_changed(platform: Platform) -> None:
    platform.up("--expect-no-changes")
    done = subprocess.run(["git", "status", "--porcelain"], cwd=PROJECT, capture_output=True, text=True, check=True)
    changed = [line for line in done.stdout.splitlines() if line[3:].startswith(("Pulumi", "examples/"))]
    assert changed == []


def test_no_secret_is_readable_in_state_logs_or_rendered_files(platform: Platform) -> None:
    shown = json.loads(
        platform.run(
            "pulumi",
            "config",
            "--show-secrets",
            "--json",
            "--stack",
            STACK,
            "--config-file",
            str(platform.settings_file),
        )
    )
    secrets = {key: entry["value"] for key, entry in shown.items() if entry.get("secret")}
    reference = next(iter(platform.outputs()["test_application_keys"].values()))
    secrets["application key"] = platform.operation(
        "secret", f"{reference['namespace']}/{reference['name']}", reference["key"]
    )
    assert len(secrets) >= 6
    comment = platform.operation("preview-comment", "--stack", STACK)
    folders = [
        platform.directory / "pulumi-state",
        platform.directory / "logs",
        PROJECT / ".toolchain" / "pulumi-home" / "logs",
    ]
    watched = [path for folder in folders for path in folder.rglob("*")]
    leaks = [
        f"{name} in {path}"
        for path in [
            *watched,
            platform.settings_file,
            platform.directory / "endpoints.json",
            platform.directory / "env",
        ]
        if path.is_file()
        for name, value in secrets.items()
        if value.encode() in path.read_bytes()
    ]
    assert leaks == []
    assert not [name for name, value in secrets.items() if value in comment]


@pytest.mark.last
def test_destroy_leaves_nothing_of_ours(platform: Platform) -> None:
    platform.pulumi("destroy", "--yes")
    assert platform.state() == []
