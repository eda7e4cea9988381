"""The package that a Job runs, as a process of its own, against a loopback object store and a loopback hub."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from components.config.model_source import DUPLICATES
from sandbox.hub.server import HubServer
from sandbox.s3.keys import Listed
from sandbox.s3.server import ObjectServer
from sandbox.s3.store import Facts, Store
from tests.support.served import served
from tests.support.stack_file import ROOT

pytest.importorskip("boto3", reason="the package needs boto3, which only the Job's image brings: run make setup")

COMMIT = "0123456789abcdef0123456789abcdef01234567"
REPO = "ibm-granite/granite-3.3-2b-instruct"
PREFIX = f"{REPO}/{COMMIT}/"
PART = 200_000
SECRET = "canary-store-key"
MARKER = f"_imports/{PREFIX[:-1]}.json"


@dataclass
class World:
    """Store, hub, and what is broken about them."""

    store: Store
    endpoint: str = ""
    hub: str = ""
    asked: list[str] = field(default_factory=list)
    """Path of every request to the hub."""
    breaks: int = 0
    """So many answers with large files break off in the middle."""
    refusals: int = 0
    """So many requests to the hub are answered 503."""

    def run(self, *, token: str = "", env: dict[str, str] | None = None, **task: object) -> tuple[int, str]:
        """Exit status and log of one run."""
        told = {"hub": self.hub, "repo": REPO, "revision": COMMIT, "allow": [], "deny": [*DUPLICATES], "prefix": PREFIX}
        variables = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join([str(ROOT / "components" / "model_import"), *sys.path]),
            "AWS_S3_ENDPOINT": self.endpoint,
            "AWS_S3_BUCKET": "models",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "writer",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required",
            "IMPORT_PART_BYTES": str(PART),
            "IMPORT_PAUSE_SECONDS": "0.01",
            **({"HF_TOKEN": token} if token else {}),
            **(env or {}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "job", json.dumps(told | task)],
            env=variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert SECRET not in done.stdout + done.stderr
        return done.returncode, done.stdout + done.stderr

    def names(self) -> list[str]:
        """Names of the files in the folder."""
        return [one.key.removeprefix(PREFIX) for one in self.store.listing("models", PREFIX)]

    @property
    def marker(self) -> dict[str, Any]:
        """What the import wrote down."""
        return dict(json.loads(self.store.contents("models", MARKER)))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(Store(tmp_path, smallest_part=1))
    made.store.make_bucket("models")

    @web.middleware
    async def broken(request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401 - aiohttp's handler
        made.asked.append(request.path)
        if made.refusals:
            made.refusals -= 1
            return web.Response(status=503)
        answer: web.Response = await handler(request)
        if made.breaks and request.path.startswith("/large/") and isinstance(answer.body, bytes):
            made.breaks -= 1
            half = web.StreamResponse(status=answer.status, headers={"Content-Length": str(len(answer.body))})
            await half.prepare(request)
            await half.write(answer.body[: len(answer.body) // 2])
            assert request.transport is not None
            request.transport.abort()
            return half
        return answer

    hub = HubServer(shard_bytes=500_000).application()
    hub.middlewares.append(broken)
    objects = ObjectServer(made.store, Listed({"writer": SECRET})).application()
    with served(objects) as store_port, served(hub) as hub_port:
        made.endpoint, made.hub = f"http://127.0.0.1:{store_port}", f"http://127.0.0.1:{hub_port}"
        yield made


@pytest.mark.row("S-055")
def test_a_revision_is_copied_whole_with_progress_and_remembered_beside_the_folder(world: World) -> None:
    status, log = world.run()

    assert status == 0, log
    assert world.names() == [
        ".gitattributes",
        "README.md",
        "config.json",
        "generation_config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
        "tokenizer.json",
        "tokenizer_config.json",
    ]
    weights = world.store.contents("models", f"{PREFIX}model-00001-of-00002.safetensors")
    digest = f"sha256:{hashlib.sha256(weights).hexdigest()}"
    assert world.marker["commit"] == COMMIT
    assert world.marker["files"]["model-00001-of-00002.safetensors"] == {"size": 500_000, "digest": digest}
    assert world.marker["files"]["config.json"]["digest"].startswith("git:")
    for line in ("9 of 11 files", "model-00001-of-00002.safetensors: copying", "(40 %)", "completed", "is complete"):
        assert line in log


@pytest.mark.row("S-055")
def test_a_second_run_asks_nobody_but_the_bucket_and_copies_nothing(world: World) -> None:
    assert world.run()[0] == 0
    world.asked.clear()

    status, log = world.run()

    assert status == 0
    assert world.asked == []
    assert f"{PREFIX} is complete: 9 files of commit {COMMIT}" in log


def test_a_file_that_somebody_took_away_is_copied_again_and_the_others_are_not(world: World) -> None:
    assert world.run()[0] == 0
    world.store.remove("models", f"{PREFIX}config.json")
    world.asked.clear()

    status, log = world.run()

    assert status == 0
    assert [path for path in world.asked if "/resolve/" in path] == [f"/{REPO}/resolve/{COMMIT}/config.json"]
    assert "tokenizer.json: is there" in log


def test_other_patterns_take_away_what_they_do_not_ask_for_and_nothing_else(world: World) -> None:
    assert world.run()[0] == 0
    world.store.put("models", Facts(key=f"{PREFIX}by-hand.txt"), b"mine")

    status, log = world.run(allow=["*.safetensors", "config.json"])

    assert status == 0, log
    assert world.names() == [
        "by-hand.txt",
        "config.json",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    ]
    assert "README.md: removed" in log


@pytest.mark.row("S-055")
def test_a_connection_that_breaks_in_the_middle_is_taken_up_where_it_broke(world: World) -> None:
    world.breaks, world.refusals = 3, 1

    status, log = world.run()

    assert status == 0, log
    weights = world.store.contents("models", f"{PREFIX}model-00002-of-00002.safetensors")
    assert world.marker["files"]["model-00002-of-00002.safetensors"]["digest"].endswith(
        hashlib.sha256(weights).hexdigest()
    )


@pytest.mark.row("S-055")
def test_an_upload_that_was_begun_goes_on_after_its_whole_parts(world: World) -> None:
    name = "model-00001-of-00002.safetensors"
    assert world.run()[0] == 0
    weights = world.store.contents("models", PREFIX + name)
    facts = world.store.head("models", PREFIX + name)
    for key in (PREFIX + name, MARKER):
        world.store.remove("models", key)
    begun = world.store.begin("models", Facts(key=facts.key, metadata=facts.metadata))
    world.store.put_part("models", begun, 1, weights[:PART])

    status, log = world.run()

    assert status == 0, log
    assert f"{name}: goes on at 0.19 MiB" in log
    assert world.store.contents("models", PREFIX + name) == weights
    assert world.store.uploads("models", "") == []


def test_parts_of_other_contents_are_found_out_and_the_file_is_copied_anew(world: World) -> None:
    name = "model-00001-of-00002.safetensors"
    begun = world.store.begin("models", Facts(key=PREFIX + name))
    world.store.put_part("models", begun, 1, b"x" * PART)

    status, log = world.run()

    assert status == 0, log
    assert "the hub says sha256:" in log
    assert world.store.contents("models", PREFIX + name)[:1] != b"x"


@pytest.mark.row("S-053")
@pytest.mark.parametrize(("token", "told"), [("", "401, no token was given"), ("hf_denied", "403, the token of")])
def test_a_gated_repository_without_access_ends_the_job_at_once_and_says_what_to_do(
    world: World, token: str, told: str
) -> None:
    status, log = world.run(repo="mistralai/Mistral-7B-Instruct-v0.3", token=token)

    assert status == 2
    assert told in log
    assert "accept the model's terms on its page" in log.splitlines()[-1]
    assert not token or token not in log


@pytest.mark.row("S-053")
def test_a_gated_repository_is_copied_with_a_token_that_the_other_store_never_sees(world: World) -> None:
    status, log = world.run(repo="mistralai/Mistral-7B-Instruct-v0.3", token="hf_granted")

    assert status == 0, log
    assert "hf_granted" not in log


def test_a_repository_or_revision_that_does_not_exist_is_named(world: World) -> None:
    status, log = world.run(repo="missing/model")

    assert status == 2
    assert "there is no such repository, revision or file" in log.splitlines()[-1]


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ({"repo": "a/model-empty"}, "the repository has none"),
        ({"deny": ["*.safetensors", "*.bin"]}, "they leave out model-00001-of-00002.safetensors"),
    ],
)
def test_an_import_without_weights_is_refused_before_anything_is_copied(
    world: World, task: dict[str, Any], told: str
) -> None:
    status, log = world.run(**({"allow": ["*.json"]} | task))

    assert status == 2
    assert told in log or "no weights are among" in log
    assert world.names() == []


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "stranger"}, "InvalidAccessKeyId"),
        ({"AWS_S3_BUCKET": "elsewhere"}, "NoSuchBucket"),
    ],
)
def test_a_bucket_that_refuses_for_good_ends_the_job_at_once(world: World, env: dict[str, str], told: str) -> None:
    status, log = world.run(env=env)

    assert status == 2
    assert told in log


def test_a_store_that_does_not_answer_is_a_reason_to_try_again(world: World) -> None:
    status, log = world.run(env={"AWS_S3_ENDPOINT": "http://127.0.0.1:9"})

    assert status == 1
    assert "try 5 of 5" in log


def test_a_branch_is_followed_to_its_commit(world: World) -> None:
    status, log = world.run(revision="main")

    assert status == 0, log
    assert world.marker["task"]["revision"] == "main"
    assert len(world.marker["commit"]) == 40
