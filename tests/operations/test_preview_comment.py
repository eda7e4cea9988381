"""The preview as a reviewer reads it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations import preview_comment
from operations.errors import OperationError
from tests.operations.fake_pulumi import fake_pulumi

STACK = "urn:pulumi:dev::maas::pulumi:pulumi:Stack::maas-dev"
MODEL = "urn:pulumi:dev::maas::maas:api:ModelApi::llama"
RULES = f"urn:pulumi:dev::maas::maas:api:ModelApi$pulumi-python:dynamic/threescale:MappingRules::llama"  # noqa: F541


def step(op: str, urn: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (any part of a digest)
    state = {"urn": urn, "parent": more.pop("parent", ""), "inputs": more.pop("inputs", {})}
    return {"op": op, "urn": urn, "newState": state, **more}


DIGEST = {
    "steps": [
        step("same", STACK),
        step("same", MODEL, parent=STACK),
        {
            "op": "update",
            "urn": RULES,
            "oldState": {
                "urn": RULES,
                "parent": MODEL,
                "inputs": {"rules": {"POST /v1/chat/completions": {"delta": 1}}},
            },
            "newState": {
                "urn": RULES,
                "parent": MODEL,
                "inputs": {"rules": {"POST /v1/chat/completions": {"delta": 2}}},
            },
            "detailedDiff": {
                'rules["POST /v1/chat/completions"].delta': {"kind": "update"},
                "__provider": {"kind": "update"},
            },
        },
        step("create", "urn:pulumi:dev::maas::kubernetes:core/v1:Secret::key", parent=STACK),
    ],
    "diagnostics": [{"severity": "warning", "message": "slow\ncluster"}, {"severity": "info", "message": "noise"}],
}


def test_changes_stand_under_their_model_with_old_and_new_value() -> None:
    text = preview_comment.rendered("dev", DIGEST)
    assert "<b>llama</b>: 1 × ✏️ update" in text
    assert 'rules["POST /v1/chat/completions"].delta: `1` → `2`' in text


def test_what_is_unchanged_or_internal_is_left_out() -> None:
    text = preview_comment.rendered("dev", DIGEST)
    assert "__provider" not in text
    assert "Stack" not in text.replace("Preview of stack", "")


def test_warnings_are_quoted_and_information_is_not() -> None:
    text = preview_comment.rendered("dev", DIGEST)
    assert "> **warning**: slow cluster" in text
    assert "noise" not in text


def test_a_preview_without_change_says_so() -> None:
    assert "No change." in preview_comment.rendered("dev", {"steps": [step("same", STACK)]})


def test_destructive_groups_come_first() -> None:
    digest = {
        "steps": [
            step("create", "urn:pulumi:dev::maas::maas:a:A::alpha"),
            step("delete", "urn:pulumi:dev::maas::maas:b:B::beta"),
        ]
    }
    text = preview_comment.rendered("dev", digest)
    assert text.index("beta") < text.index("alpha")


def test_the_three_steps_of_one_replacement_are_one_line() -> None:
    urn = "urn:pulumi:dev::maas::maas:a:A$x:y:Z::z"
    digest = {"steps": [step("create-replacement", urn), step("replace", urn), step("delete-replaced", urn)]}
    assert preview_comment.rendered("dev", digest).count("**z**") == 1


def test_a_comment_over_the_limit_is_cut_between_blocks_and_says_so() -> None:
    urns = [f"urn:pulumi:dev::maas::maas:a:A{n}::{'m' * 200}{n}" for n in range(400)]
    text = preview_comment.rendered("dev", {"steps": [step("create", urn) for urn in urns]})
    assert len(text) <= preview_comment.LIMIT
    assert "Cut here" in text
    assert text.count("<details>") == text.count("</details>")


def test_a_file_that_is_no_digest_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "digest.json"
    path.write_text("Previewing update")
    with pytest.raises(OperationError, match="no digest"):
        preview_comment.main("dev", str(path))


def test_a_digest_file_is_rendered_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "digest.json"
    path.write_text(json.dumps(DIGEST))
    assert preview_comment.main("dev", str(path)) == 0
    assert capsys.readouterr().out.startswith("### Preview of stack `dev`")


@given(
    st.lists(st.integers(0, 3_000), max_size=80),
    st.lists(st.integers(0, 3_000), max_size=40),
)
def test_no_comment_is_over_the_limit_whatever_it_holds(messages: list[int], names: list[int]) -> None:
    digest = {
        "steps": [step("create", f"urn:pulumi:dev::maas::maas:a:A{n}::{'m' * size}") for n, size in enumerate(names)],
        "diagnostics": [{"severity": "error", "message": "e" * size} for size in messages],
    }
    assert len(preview_comment.rendered("dev", digest)) <= preview_comment.LIMIT


def test_diagnostics_that_do_not_fit_are_counted_and_errors_come_first() -> None:
    diagnostics = [{"severity": "warning", "message": "w" * 5_000}] * 99 + [{"severity": "error", "message": "cause"}]
    text = preview_comment.rendered("dev", {"diagnostics": diagnostics})
    assert text.index("> **error**: cause") < text.index("> **warning**")
    assert re.search(r"> and \d\d more; the log", text)
    assert len(text) <= preview_comment.LIMIT


TRACE = """error: Program failed with an unhandled exception:
Traceback (most recent call last):
  File "/home/somebody/maas/__main__.py", line 12, in <module>
    raise ValueError("boom")
ValueError: boom

"""


def test_an_error_is_quoted_without_the_frames_and_paths_of_its_traceback() -> None:
    text = preview_comment.rendered("dev", {"diagnostics": [{"severity": "error", "message": TRACE}]})
    assert "> **error**: Program failed with an unhandled exception: ValueError: boom\n" in text
    assert "/home/somebody" not in text


def test_what_an_error_quotes_is_no_markup() -> None:
    text = preview_comment.rendered("dev", {"diagnostics": [{"severity": "error", "message": "got <script>"}]})
    assert "&lt;script>" in text


WRAPPED = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"canary"'}


@pytest.mark.parametrize(
    "path", ["token", "holder", "holder.inner", "list", "list[0]", "token.inside", "marked.inside"]
)
def test_a_secret_stays_a_secret_wherever_it_stands(path: str) -> None:
    inputs = {"token": WRAPPED, "holder": {"inner": WRAPPED}, "list": [WRAPPED], "marked": "[secret]"}
    urn = "urn:pulumi:dev::maas::maas:a:A$x:y:Z::z"
    update = {
        "op": "update",
        "urn": urn,
        "oldState": {"urn": urn, "inputs": {"marked": "[secret]"}},
        "newState": {"urn": urn, "inputs": inputs},
        "detailedDiff": {path: {"kind": "add"}},
    }
    text = preview_comment.rendered("dev", {"steps": [update]})
    assert "[secret]" in text
    assert "canary" not in text
    assert "4dabf" not in text


def test_a_preview_that_works_is_code_0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_pulumi(tmp_path, monkeypatch).answer("preview", "--json", output=DIGEST)
    assert preview_comment.main("dev", None) == 0
    assert "1 × ➕ create" in capsys.readouterr().out


def test_a_preview_that_fails_is_rendered_with_its_errors_and_code_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = {**DIGEST, "diagnostics": [{"severity": "error", "message": TRACE}]}
    fake_pulumi(tmp_path, monkeypatch).answer("preview", "--json", output=digest, code=255)
    assert preview_comment.main("dev", None) == 1
    said = capsys.readouterr().out
    assert "> **error**: Program failed" in said
    assert "1 × ➕ create" in said


@pytest.mark.parametrize(("code", "output"), [(255, ""), (255, "[]"), (0, "Previewing"), (0, '{"other": 1}')])
def test_a_preview_without_a_digest_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, output: str
) -> None:
    fake = fake_pulumi(tmp_path, monkeypatch)
    fake.answer("preview", "--json", output=output, code=code, errors="no stack named 'dev'")
    with pytest.raises(OperationError, match="no stack named" if code else "no digest"):
        preview_comment.main("dev", None)


def test_a_file_of_a_failed_preview_is_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "digest.json"
    path.write_text(json.dumps({"steps": [], "diagnostics": [{"severity": "error", "message": "boom"}]}))
    assert preview_comment.main("dev", str(path)) == 1
    assert "boom" in capsys.readouterr().out


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
QUOTED = st.text(st.characters(categories=["L", "N", "Zs", "P"], exclude_characters='"[]\\'), min_size=1, max_size=12)


@given(
    st.lists(st.one_of(NAMES.map(lambda n: ("name", n)), QUOTED.map(lambda n: ("quoted", n))), min_size=1, max_size=6)
)
def test_every_property_path_splits_into_the_parts_it_was_made_of(parts: list[tuple[str, str]]) -> None:
    path = ""
    for kind, part in parts:
        path += f'["{part}"]' if kind == "quoted" else (f".{part}" if path else part)
    assert list(preview_comment._parts(path)) == [part for _, part in parts]
