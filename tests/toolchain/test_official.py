"""Official downloads: short patience, asked once, never fatal; sums are checked."""

import errno
import hashlib
import os
import time
from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout, tarred
from tests.toolchain.web import Site, serving
from toolchain import official
from toolchain.catalogue import Tool
from toolchain.failure import ChecksumError, InterruptedRunError, SourceUnavailableError

CONTENT = tarred({"etcd": b"official"})


def downloads(told: list[str] | None = None, **more: object) -> official.Downloads:
    notes = [] if told is None else told
    settings = {"check": lambda: None, "transferred": lambda *_: None, "told": lambda _tool, text: notes.append(text)}
    return official.Downloads(**{**settings, **more})  # type: ignore[arg-type]


def tool(site: Site, **more: str) -> Tool:
    return Tool(name="etcd", version="1", archive="etcd.tar.gz", url=f"{site.url}/v1/", **more)


def test_a_download_gives_the_official_plugin(project: Checkout) -> None:
    name = "pulumi-resource-keycloak-v6.13.0-linux-amd64.tar.gz"
    with serving({f"/{name}": tarred({"pulumi-resource-keycloak": b"official"})}) as site:
        project.pin("plugin-keycloak", url=f"{site.url}/")
        assert project.run("setup") == 0
        assert project.source("plugin-keycloak") == f"{site.url}/"
        asked = len(site.asked)
        project.run("setup", "--again")
        assert len(site.asked) == asked


def test_no_download_is_tried_when_told_so(project: Checkout) -> None:
    with serving({}) as site:
        project.pin("plugin-keycloak", url=f"{site.url}/")
        assert project.run("setup", "--no-download") == 0
        assert site.asked == []


def test_the_vendors_sums_are_checked(tmp_path: Path) -> None:
    right = f"{hashlib.sha256(CONTENT).hexdigest()}  etcd.tar.gz\n".encode()
    with serving({"/v1/etcd.tar.gz": CONTENT, "/v1/SUMS": right}) as site:
        path = downloads().archive(tool(site, checksums="SUMS"), tmp_path)
        assert path.read_bytes() == CONTENT
        site.files["/v1/SUMS"] = f"{'0' * 64}  etcd.tar.gz\n".encode()
        with pytest.raises(ChecksumError, match=f"allowed: SHA-256 {'0' * 64}"):
            downloads().archive(tool(site, checksums="SUMS"), tmp_path)


def test_an_archive_its_sums_do_not_name_is_not_used(tmp_path: Path) -> None:
    with serving({"/v1/etcd.tar.gz": CONTENT, "/v1/SUMS": b"0 other\n1 third\n"}) as site:
        with pytest.raises(SourceUnavailableError, match=r"does not name etcd\.tar\.gz"):
            downloads().archive(tool(site, checksums="SUMS"), tmp_path)
        assert site.asked == ["/v1/SUMS"]


def test_a_missing_file_says_so_and_the_host_is_asked_again(tmp_path: Path) -> None:
    with serving({"/there": b"x"}) as site:
        fetching = downloads()
        with pytest.raises(SourceUnavailableError, match="answered 404 for absent"):
            fetching.fetch(f"{site.url}/absent", tmp_path)
        assert fetching.fetch(f"{site.url}/there", tmp_path).read_bytes() == b"x"


def test_a_silent_host_costs_the_patience_once(tmp_path: Path) -> None:
    told: list[str] = []
    with serving({"/a": b"x"}) as site:
        site.answering.clear()
        fetching = downloads(told, patience_seconds=0.2)
        begin = time.monotonic()
        for _ in range(3):
            with pytest.raises(SourceUnavailableError, match="cannot be reached"):
                fetching.fetch(f"{site.url}/a", tmp_path)
        assert time.monotonic() - begin < 1
        assert site.asked == ["/a"]
        assert len(told) == 1


def test_a_transfer_that_breaks_off_is_not_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving({"/a": b"half"}) as site:
        answer = official._first_answer(f"{site.url}/a", 5)
        del answer.headers["Content-Length"]
        answer.headers["Content-Length"] = "8"
        monkeypatch.setattr(official, "_first_answer", lambda *_: answer)
        with pytest.raises(SourceUnavailableError, match="broke off after 4 of 8 bytes"):
            downloads().fetch(f"{site.url}/a", tmp_path)


def test_our_own_full_disk_is_not_blamed_on_the_host(tmp_path: Path) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with serving({"/a": b"x"}) as site, pytest.raises(OSError, match="No space left"):
        downloads(transferred=full).fetch(f"{site.url}/a", tmp_path)


def test_a_stopped_run_stops_a_transfer(tmp_path: Path) -> None:
    def stopped() -> None:
        raise InterruptedRunError

    with serving({"/a": b"x"}) as site, pytest.raises(InterruptedRunError):
        downloads(check=stopped).fetch(f"{site.url}/a", tmp_path)
