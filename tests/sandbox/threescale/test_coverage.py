"""The command that says which of 3scale's operations there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sandbox.threescale
from sandbox.cli import main
from sandbox.threescale.described import main as written
from sandbox.threescale.operations import NOT_IMPLEMENTED, OPERATIONS
from sandbox.threescale.transactions import CALLS


def test_the_table_has_every_operation_and_its_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["threescale", "coverage"]) == 0
    lines = capsys.readouterr().out.splitlines()
    answers = {line.rpartition("  ")[0].strip(): line.rpartition("  ")[2] for line in lines[:-2]}
    missing = {name: answer for name, answer in answers.items() if answer.startswith("501")}
    assert missing == {name: f"501: The emulator does not implement {name}" for name in NOT_IMPLEMENTED}
    assert len(answers) == len(OPERATIONS) + len(CALLS) + len(NOT_IMPLEMENTED)
    assert lines[-1].startswith("251 operations are described: ")
    assert f"{len(NOT_IMPLEMENTED)} not" in lines[-1]


def test_the_table_as_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["threescale", "coverage", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    counts = found["counts"]
    assert counts["described"] == counts["implemented"] + counts["not_implemented"]
    missing = [row for row in found["operations"] if not row["implemented"]]
    assert {row["operation"] for row in missing} == set(NOT_IMPLEMENTED)
    assert {row["status"] for row in missing} == {501}


def test_the_readme_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["threescale", "coverage", "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert counts["implemented_but_not_described"] == 8
    readme = " ".join((Path(sandbox.threescale.__file__).parent / "README.md").read_text().split())
    sentence = (
        f"Of the {counts['described']} described operations {counts['implemented']} are implemented, and eight more"
    )
    assert sentence in readme


@pytest.mark.parametrize("words", [["threescale"], ["threescale", "coverage", "--yaml"], ["threescale", "cover"]])
def test_a_wrong_command_line_is_exit_code_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2


def test_the_table_is_written_only_from_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert written(["/nowhere"]) == 2
    assert "usage:" in capsys.readouterr().err
