"""The command line of the commands around the program."""

from pathlib import Path

import pytest

from operations import __main__ as command_line
from operations import local_stack, preview_comment, secret
from operations.adopt import command as adopt
from operations.errors import OperationError
from operations.recover import command as recover
from operations.verify import command as verify


@pytest.mark.parametrize(
    ("words", "module", "received"),
    [
        ("local-stack --stack a --directory d", local_stack, ("a", "d")),
        ("recover --stack a", recover, ("a", [])),
        ("recover --stack a --take-over u1 --take-over u2", recover, ("a", ["u1", "u2"])),
        ("preview-comment --stack a", preview_comment, ("a", None)),
        ("preview-comment --stack a --digest f", preview_comment, ("a", "f")),
        ("verify --stack a", verify, ("a",)),
        ("adopt --stack a", adopt, (adopt.Wish(stack="a"),)),
        (
            "adopt --admin-url u --output f --accounts --force --quiet --ca-file c",
            adopt,
            (adopt.Wish(admin_url="u", output="f", accounts=True, force=True, quiet=True, ca_file="c"),),
        ),
        ("secret n/s k", secret, ("n/s", "k", None, None)),
        ("secret --kubeconfig f --context c n/s k", secret, ("n/s", "k", "f", "c")),
    ],
)
def test_every_command_reaches_its_module_and_gives_its_code(
    words: str, module: object, received: tuple[object, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[object, ...]] = []

    def main(*arguments: object) -> int:
        calls.append(arguments)
        return 7

    monkeypatch.setattr(module, "main", main)
    assert command_line.main(words.split()) == 7
    assert calls == [received]


def test_a_refusal_is_one_message_on_standard_error_and_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> int:
        raise OperationError("asked for x; there is none")

    monkeypatch.setattr(verify, "main", refused)
    assert command_line.main(["verify", "--stack", "a"]) == 1
    assert capsys.readouterr() == ("", "error: asked for x; there is none\n")


@pytest.mark.parametrize(
    "words", ["", "unknown", "recover", "secret n/s", "verify --stack", "adopt", "adopt --stack a --admin-url u"]
)
def test_wrong_usage_is_code_2(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(words.split())
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_an_unusable_kubeconfig_ends_a_command_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kubeconfig"
    path.write_text("{torn: [")
    assert command_line.main(["secret", "--kubeconfig", str(path), "n/s", "k"]) == 1
    assert capsys.readouterr().err.startswith("error: asked for the cluster of kubeconfig")
