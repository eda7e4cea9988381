"""The list of the dependencies' licences."""

import io
from pathlib import Path

import pytest

from toolchain import licences
from toolchain.failure import ToolchainError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "toolchain").mkdir()
    (tmp_path / "toolchain" / "tools.toml").write_text("".join(f'[{n}]\nversion = "1"\n' for n in licences.TOOLS))
    (tmp_path / "requirements.lock").write_text("pytest==9.2.0 \\\n    --hash=sha256:0\nno-such-package==1 \\\n")
    return tmp_path


def test_an_installed_package_stands_with_its_licence_and_an_absent_one_does_not(root: Path) -> None:
    text = licences.page(root)
    assert "| pytest | 9.2.0 | MIT |" in text
    assert "no-such-package" not in text


def test_a_list_that_was_just_written_is_current(root: Path) -> None:
    licences.report(root, io.StringIO(), check=False)
    licences.report(root, io.StringIO(), check=True)


def test_a_list_that_is_not_current_is_refused(root: Path) -> None:
    (root / "docs" / "licences.md").write_text("old")
    with pytest.raises(ToolchainError, match="make docs"):
        licences.report(root, io.StringIO(), check=True)
