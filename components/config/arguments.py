"""Arguments of a server's command line that the stack file must not pass on word by word."""

from collections.abc import Iterable

from components.config.section import rule

KEYS = ("--api-key", "--config", "--hf-token", "--hf-api-token")
"""What takes a key in plain text: everybody who may list pods reads a command line, and `pulumi` keeps it."""


def refuse_reserved(arguments: tuple[str, ...], reserved: tuple[str, ...]) -> tuple[str, ...]:
    """The same arguments, once none of them is one of `reserved`, however it is written.

    An entry of `reserved` that ends in a dash stands for all that begin like it.

    Raises:
        PydanticCustomError: with the names that were given, and never with their values.
    """
    given = sorted({_name(one) for one in arguments if _is_one_of(_name(one), reserved)})
    if given:
        raise rule(
            given=f"{', '.join(given)} was given",
            allowed=f"any argument but {', '.join(reserved)}: other keys of this file set them, they take a key in "
            "plain text, or they change what a preview has checked",
            remedy=f"remove {', '.join(given)} from {{path}}",
        )
    return arguments


def _name(argument: str) -> str:
    """The option behind an argument, which vLLM also finds with underscores, a key after a dot, or `no-` before it.

    vllm, vllm/utils/argparse_utils.py, FlexibleArgumentParser; Python, argparse.BooleanOptionalAction.
    """
    name = argument.partition("=")[0].partition(".")[0].removeprefix("--").replace("_", "-")
    return f"--{name.removeprefix('no-')}"


def _is_one_of(name: str, reserved: Iterable[str]) -> bool:
    """Whether `name` is reserved. A beginning counts as the whole: argparse completes it."""
    return any(one.startswith(name) or (one.endswith("-") and name.startswith(one)) for one in reserved)
