"""Secrets of a stack: generated once, readable by their owner only, never shown."""

import stat
from pathlib import Path

import pytest

from tests.toolchain.machine import Checkout
from toolchain.stack_secrets import KEYS, generate


def values(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="ascii") for path in folder.iterdir()}


def test_each_secret_is_a_file_of_its_own_that_only_the_owner_can_read(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert generate(folder) == ["passphrase", *KEYS]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    found = values(folder)
    assert set(found) == {"passphrase", *KEYS}
    assert len(set(found.values())) == len(found)
    assert all(len(value) == 64 and int(value, 16) for value in found.values())


def test_what_is_there_is_kept(tmp_path: Path) -> None:
    generate(tmp_path / "secrets", ["one"])
    before = values(tmp_path / "secrets")
    (tmp_path / "secrets" / "one").chmod(0o644)
    assert generate(tmp_path / "secrets", ["one", "two"]) == ["two"]
    assert {name: value for name, value in values(tmp_path / "secrets").items() if name != "two"} == before
    assert stat.S_IMODE((tmp_path / "secrets" / "one").stat().st_mode) == 0o600


def test_the_commands_name_files_and_no_value(project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert project.run("secrets", "prod") == 0
    shown = capsys.readouterr().out
    folder = project.root / ".maas" / "secrets" / "prod"
    # A passphrase that is set itself would win over the file.
    assert f"\nunset PULUMI_CONFIG_PASSPHRASE\nexport PULUMI_CONFIG_PASSPHRASE_FILE={folder}/passphrase\n" in shown
    for key in KEYS:
        assert f"pulumi config set --secret --stack prod maas:{key} < {folder}/{key}\n" in shown
    assert [value for value in values(folder).values() if value in shown] == []


def test_the_keys_and_the_folder_can_be_given(project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    folder = project.root / "my secrets"
    assert project.run("secrets", "org/maas/prod", "--dir", str(folder), "--keys", "one,two") == 0
    assert set(values(folder)) == {"passphrase", "one", "two"}
    assert f"--stack org/maas/prod maas:one < '{folder}/one'" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        *(
            ("secrets", stack)
            for stack in ("../prod/..", "../x", "/x", "maas/x", "org/../x", "a/b/c/x", "org/maas/", "")
        ),
        ("secrets", "prod", "--keys", "a,../b"),
    ],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(
    project: Checkout, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert project.run(*arguments) == 1
    error = capsys.readouterr().err
    assert "letters, digits" in error
    assert repr(arguments[1] if len(arguments) == 2 else "../b") in error
    assert not (project.root / ".maas").exists()
