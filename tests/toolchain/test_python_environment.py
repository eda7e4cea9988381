"""The virtual environment: by uv, by pip where uv fails, and not at all when nothing changed."""

import shutil

import pytest

from tests.toolchain.machine import Checkout, Machine
from toolchain.failure import SourceUnavailableError
from toolchain.python_environment import uv_pin


def test_uv_installs_exactly_the_lock(machine: Machine, project: Checkout) -> None:
    project.run("setup", "--only", "python")
    root = project.root
    python = f"--python {root}/.venv/bin/python"
    assert machine.calls == [f"uv pip sync --quiet --require-hashes {python} {root}/requirements.lock"]


def test_an_unchanged_lock_installs_nothing(machine: Machine, project: Checkout) -> None:
    project.run("setup", "--only", "python")
    project.run("setup", "--only", "python")
    assert len(machine.calls) == 1


def test_where_uv_fails_pip_installs(machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    (machine.fakes / "fail-uv").write_text("error: no such index\n", encoding="utf-8")
    python = project.root / ".venv" / "bin" / "python"
    python.unlink()
    python.write_text(f'#!{shutil.which("sh")}\necho "python $*" >> "$CALLS"\n', encoding="utf-8")
    python.chmod(0o755)
    assert project.run("setup", "--only", "python") == 0
    assert "uv could not install (error: no such index); trying pip" in capsys.readouterr().out
    assert "-m pip install --quiet --require-hashes --no-cache-dir" in machine.calls[-1]


def test_a_full_disk_is_not_tried_again_with_pip(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine.fakes / "fail-uv").write_text("error: No space left on device (os error 28)\n", encoding="utf-8")
    assert project.run("setup", "--only", "python") == 1
    assert "Installing Python packages needs space" in capsys.readouterr().err
    assert len(machine.calls) == 1


def test_an_interrupted_installation_is_done_again(machine: Machine, project: Checkout) -> None:
    project.run("setup", "--only", "python")
    (project.root / "requirements.lock").write_text("other==1\n", encoding="utf-8")
    (machine.fakes / "fail-uv").write_text("No space left on device\n", encoding="utf-8")
    assert project.run("setup", "--only", "python") == 1
    (machine.fakes / "fail-uv").unlink()
    # Even the former lock is not taken for installed: the packages may be a mixture now.
    (project.root / "requirements.lock").write_text(f"uv==1.2.3 \\\n    --hash=sha256:{'a' * 64}\n", encoding="utf-8")
    assert project.run("setup", "--only", "python") == 0
    assert len(machine.calls) == 3


def test_the_lock_says_which_uv_to_fetch() -> None:
    first, second, other = (f"    --hash=sha256:{digit * 64}" for digit in "234")
    lock = f"ruff==1 \\\n{other}\nuv==0.13.8 \\\n{first} \\\n{second}\n"
    assert uv_pin(lock) == ("0.13.8", ["2" * 64, "3" * 64])
    assert uv_pin(f"{lock}zipp==1 \\\n{other}\n") == ("0.13.8", ["2" * 64, "3" * 64])


def test_a_lock_without_uv_is_no_reason_to_guess() -> None:
    with pytest.raises(SourceUnavailableError):
        uv_pin("uvloop==1\n")
