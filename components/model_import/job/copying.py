"""Copies the files that the patterns leave."""

from __future__ import annotations

import fnmatch
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from .bucket import PART, Bucket
from .hub import Hub, HubFile
from .reading import Checksum, Reader
from .telling import FinalError, PassingError, say

if TYPE_CHECKING:
    from collections.abc import Iterable

AT_ONCE = 2
"""Files that are copied at the same time; each holds one part in memory."""

WEIGHTS = (".safetensors", ".bin", ".gguf", ".pt", ".pth")
"""Ends of the names of files with weights."""

_COMMIT = re.compile(r"[0-9a-f]{40}")


class Copier:
    """Copies files one by one; safe to use from several threads."""

    def __init__(self, hub: Hub, bucket: Bucket, commit: str) -> None:
        self._hub, self._bucket, self._commit = hub, bucket, commit
        self._lock = threading.Lock()
        self.copied = 0

    def copy(self, file: HubFile) -> None:
        """Copy a file that is not there yet."""
        if self._bucket.holds(file):
            say(f"{file.name}: is there")
            return
        say(f"{file.name}: copying {_size(file.size)}")
        if file.size <= PART:
            data = Reader(self._hub, self._commit, file, 0).read(file.size)
            checksum = Checksum(file)
            checksum.update(data)
            _same(file, str(checksum))
            self._bucket.put(file, data)
        else:
            self._large(file)
        with self._lock:
            self.copied += file.size
        say(f"{file.name}: completed")

    def _large(self, file: HubFile) -> None:
        id_, parts = self._bucket.upload(file)
        resumed, checksum = len(parts), Checksum(file)
        if resumed:
            say(f"{file.name}: goes on at {_size(resumed * PART)}")
        reader = Reader(self._hub, self._commit, file, resumed * PART)
        while data := reader.read(PART):
            checksum.update(data)
            parts.append(self._bucket.part(file, id_, len(parts) + 1, data))
            done = min(len(parts) * PART, file.size)
            say(f"{file.name}: {_size(done)} of {_size(file.size)} ({done * 100 // file.size} %)")
        if not resumed:
            _same(file, str(checksum))
        self._bucket.complete(file, id_, parts)
        if resumed:
            # The parts of the earlier try did not pass by here.
            self._read_back(file)

    def _read_back(self, file: HubFile) -> None:
        try:
            _same(file, self._bucket.digest(file))
        except PassingError:
            self._bucket.remove(file.name)
            raise


def run(task: dict[str, Any], token: str) -> None:
    """Make the folder complete."""
    bucket = Bucket(task["prefix"])
    record = bucket.remembered()
    if record.get("task") == task and _COMMIT.fullmatch(task["revision"]) and _complete(record, bucket):
        say(f"{task['prefix']} is complete: {len(record['files'])} files of commit {record['commit']}")
        return
    hub = Hub(task, token)
    commit, listed = hub.listing()
    files = chosen(listed, task)
    say(f"{task['repo']} at commit {commit}: {len(files)} of {len(listed)} files, {_size(sum(f.size for f in files))}")
    for name in sorted(set(record.get("files") or {}) - {file.name for file in files}):
        say(f"{name}: removed, it is not part of the import any more")
        bucket.remove(name)
    copier = Copier(hub, bucket, commit)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        # The first failure ends the run; what the other thread is at is finished, and found by the next try.
        list(pool.map(copier.copy, files))
    digests = {file.name: {"size": file.size, "digest": file.digest} for file in files}
    bucket.remember({"task": task, "commit": commit, "files": digests})
    say(f"{task['prefix']} is complete: {len(files)} files, {_size(copier.copied)} copied by this run")


def chosen(files: Iterable[HubFile], task: dict[str, Any]) -> list[HubFile]:
    """The files that the patterns leave.

    Raises:
        FinalError: there are no weights among them, or a name that leaves the folder.
    """
    allow, deny = task["allow"] or ["*"], task["deny"]
    found = [file for file in files if _matches(file.name, allow) and not _matches(file.name, deny)]
    asked = f"import {task['repo']} at {task['revision']}"
    if strange := [file.name for file in found if ".." in file.name.split("/") or file.name.startswith("/")]:
        raise FinalError(asked, f"the repository names a file {strange[0]!r}", "names below the folder", "use another")
    if not any(file.name.endswith(WEIGHTS) for file in found):
        left_out = sorted({file.name for file in files if file.name.endswith(WEIGHTS)})[:5]
        raise FinalError(
            asked,
            f"no weights are among the {len(found)} files that the patterns leave"
            + (f"; they leave out {', '.join(left_out)}" if left_out else "; the repository has none"),
            f"at least one file that ends in {', '.join(WEIGHTS)}",
            "set allow and deny of source.huggingface so that one form of the weights remains",
        )
    return found


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _complete(record: dict[str, Any], bucket: Bucket) -> bool:
    sizes = bucket.sizes()
    return all(sizes.get(name) == file["size"] for name, file in record["files"].items())


def _same(file: HubFile, digest: str) -> None:
    if digest != file.digest:
        raise PassingError(f"{file.name}: {digest} was copied, the hub says {file.digest}")


def _size(count: int) -> str:
    return f"{count / 1024**3:.2f} GiB" if count >= 1024**3 else f"{count / 1024**2:.2f} MiB"
