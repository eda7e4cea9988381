"""What is in a repository: files made from its name and revision, so that everybody sees the same bytes."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

COMMIT = re.compile(r"[0-9a-f]{40}")
GATED = frozenset({"meta-llama", "mistralai"})
"""Owners whose repositories ask for a token, as the real ones do."""

ABSENT = "missing"
"""Owner, or branch, that does not exist."""

_SHARDS = 2


@dataclass(frozen=True)
class File:
    """One file of a repository."""

    name: str
    body: bytes
    large: bool
    """Whether Git keeps a pointer in its place (LFS)."""

    @property
    def sha256(self) -> str:
        """The name of a large file's contents."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def blob(self) -> str:
        """Git's name of the contents, or of the pointer to them."""
        held = self.body
        if self.large:
            text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self.body)}\n"
            held = text.encode()
        return hashlib.sha1(b"blob %d\0" % len(held) + held, usedforsecurity=False).hexdigest()


def commit_of(repo: str, revision: str) -> str | None:
    """The commit behind a revision; None when there is none."""
    if repo.partition("/")[0] == ABSENT or revision == ABSENT:
        return None
    if COMMIT.fullmatch(revision):
        return revision
    return hashlib.sha1(f"{repo}@{revision}".encode(), usedforsecurity=False).hexdigest()


def files(repo: str, commit: str, shard_bytes: int) -> list[File]:
    """The files of a repository at a commit; one whose name ends in `-empty` has no weights."""
    name = repo.partition("/")[2]
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "_name_or_path": repo, "_commit": commit}
    found = [
        File(".gitattributes", b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n", large=False),
        File("README.md", f"# {name}\n".encode(), large=False),
        File("config.json", json.dumps(config).encode(), large=False),
        File("generation_config.json", b'{"do_sample": true}', large=False),
        File("tokenizer.json", _bytes(f"{repo}/tokenizer", 40_000), large=True),
        File("tokenizer_config.json", b'{"model_max_length": 4096}', large=False),
    ]
    if not name.endswith("-empty"):
        shards = [f"model-{number:05}-of-{_SHARDS:05}.safetensors" for number in range(1, _SHARDS + 1)]
        found += [File(shard, _bytes(f"{repo}@{commit}/{shard}", shard_bytes), large=True) for shard in shards]
        found.append(File("model.safetensors.index.json", json.dumps({"weight_map": {}}).encode(), large=False))
        found.append(File("pytorch_model.bin", _bytes(f"{repo}@{commit}/torch", shard_bytes), large=True))
        found.append(File("original/consolidated.00.pth", _bytes(f"{repo}@{commit}/pth", 1000), large=True))
    return found


def _bytes(seed: str, count: int) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(count)
