"""The hub as a downloader sees it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.hub.server import HubServer
from tests.support.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub() -> Iterator[str]:
    with served(HubServer(shard_bytes=1000).application()) as port:
        yield f"http://127.0.0.1:{port}"


def get(url: str, **headers: str) -> tuple[int, bytes]:
    """Status and body; the headers do not go along to another store, as the hub's own client has it."""
    answer = requests.get(url, headers=headers, allow_redirects=False, timeout=10)
    if answer.status_code == 302:
        kept = {name: value for name, value in headers.items() if name != "Authorization"}
        answer = requests.get(answer.headers["Location"], headers=kept, timeout=10)
    return answer.status_code, answer.content


def git_name(body: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


def listing(hub: str, repo: str, revision: str = COMMIT) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get(f"{hub}/api/models/{repo}/revision/{revision}?blobs=true")[1])
    return found


def test_a_revision_has_the_same_files_every_time_and_a_branch_a_commit(hub: str) -> None:
    assert listing(hub, "a/b") == listing(hub, "a/b")
    assert listing(hub, "a/b")["sha"] == COMMIT
    assert len(listing(hub, "a/b", "main")["sha"]) == 40
    assert listing(hub, "a/b", "main")["siblings"] != listing(hub, "a/b")["siblings"]


def test_digests_are_those_of_the_contents(hub: str) -> None:
    entries = {one["rfilename"]: one for one in listing(hub, "a/b")["siblings"]}
    small = get(f"{hub}/a/b/resolve/{COMMIT}/config.json")[1]
    large = get(f"{hub}/a/b/resolve/{COMMIT}/model-00001-of-00002.safetensors")[1]

    assert entries["config.json"]["blobId"] == git_name(small)
    assert entries["model-00001-of-00002.safetensors"]["lfs"]["sha256"] == hashlib.sha256(large).hexdigest()
    assert len(large) == 1000


def test_a_large_file_comes_from_another_store_that_takes_no_token_and_in_ranges(hub: str) -> None:
    path = f"{hub}/a/b/resolve/{COMMIT}/model-00001-of-00002.safetensors"
    followed = requests.get(path, headers={"Authorization": "Bearer t"}, timeout=10)
    status, whole = get(path, Authorization="Bearer t")

    assert followed.status_code == 400
    assert (status, len(whole)) == (200, 1000)
    assert get(path, Range="bytes=400-") == (206, whole[400:])


@pytest.mark.parametrize(("token", "status"), [("", 401), ("hf_denied", 403), ("hf_granted", 200)])
def test_gated_repositories_ask_for_a_token(hub: str, token: str, status: int) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    assert get(f"{hub}/api/models/meta-llama/x/revision/main", **headers)[0] == status


def test_what_does_not_exist_is_not_found(hub: str) -> None:
    for path in ("api/models/missing/x/revision/main", "api/models/a/b/revision/missing", "a/b/resolve/main/none"):
        assert get(f"{hub}/{path}")[0] == 404
