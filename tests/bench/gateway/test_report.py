"""The page, the data and the picture of one run."""

import json
from pathlib import Path

import pytest

from bench.gateway import report
from bench.gateway.command import main, positive
from tests.bench.gateway.test_measured import measured

VERSIONS = {"nginx": "1.22.1", "libnginx-mod-http-lua": "0.10", "libluajit2-5.1-2": "2.1", "lua-cjson": "2", "wrk": "4"}


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(report, "DOCS", tmp_path)
    return tmp_path


def test_everything_is_written(docs: Path) -> None:
    report.written(measured(), VERSIONS, turns=3, seconds=4)
    page = (docs / "benchmarks-gateway.md").read_text(encoding="utf-8")
    assert "nginx 1.22.1, libnginx-mod-http-lua 0.10" in page
    assert "3 of 4 s" in page
    assert "| latency p50, plain, new connection | 600 µs | 200 µs | 3.00 |" in page
    assert "{" not in page
    data = json.loads((docs / "benchmarks-gateway.json").read_text(encoding="utf-8"))
    assert [load["connections"] for load in data["loads"]] == [1, 1, 16]
    assert data["loads"][0]["without"][0]["requests"] == 2000
    assert "plain, 16" in (docs / "benchmarks-gateway.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["0", "x", "1.5"])
def test_only_numbers_from_one_are_taken(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--seconds", text])
    assert caught.value.code == 2
    assert "allowed is a number from 1" in capsys.readouterr().err


def test_a_number_from_one_is_taken() -> None:
    assert positive("4") == 4
