"""Definitions out of pinned Go modules."""

import pytest

from tests.toolchain.machine import CRD, MODULE, Checkout, Machine, zipped


def test_a_module_with_another_sum_is_refused(project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.run("setup", FAKE_SUM="h1:other") == 1
    error = capsys.readouterr().err
    assert f"{MODULE}@v1.0.0 was obtained from the Go module registry" in error
    assert "h1:other" in error


def test_a_file_with_another_sum_is_refused(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    altered = zipped({f"{MODULE}@v1.0.0/routes.crd.yaml": CRD + b"#"})
    (machine.fakes / "module.zip").write_bytes(altered)
    assert project.run("setup") == 1
    assert "routes.crd.yaml was obtained" in capsys.readouterr().err


def test_each_module_is_downloaded_on_its_own_and_outside_any_module(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    assert [call for call in machine.calls if call.startswith("go mod")] == [f"go mod download -json {MODULE}@v1.0.0"]
