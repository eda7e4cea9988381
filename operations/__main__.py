"""`python -m operations COMMAND`: the commands around the program."""

import argparse
import sys
from collections.abc import Sequence

from operations.errors import OperationError

ADOPT = "write the stack file's entries for what a tenant already has"
ADOPT_CODES = (
    "exit codes: 0 all is written; 1 refused, nothing is written; 2 wrong usage; 3 written, but for what is named"
)


def parser() -> argparse.ArgumentParser:
    """The command line: one subcommand per module."""
    top = argparse.ArgumentParser(prog="python -m operations", description="Commands around the maas program.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    local = commands.add_parser("local-stack", help="make a stack whose files live outside the tracked tree")
    local.add_argument("--stack", default="dev", help="stack name (default: %(default)s)")
    local.add_argument("--directory", required=True, help="folder for the stack's files")
    recover = commands.add_parser("recover", help="after a crash: cancel, find what was being created, take it over")
    recover.add_argument("--stack", required=True)
    recover.add_argument(
        "--take-over",
        action="append",
        default=[],
        metavar="URN",
        help="take over what is found for this pending create even when it is not as declared (may be repeated)",
    )
    comment = commands.add_parser("preview-comment", help="the preview as Markdown for a pull request")
    comment.add_argument("--stack", required=True)
    comment.add_argument("--digest", help="read `pulumi preview --json` from this file instead of running it")
    verify = commands.add_parser("verify", help="call every model through the gateway and read the token counts back")
    verify.add_argument("--stack", required=True)
    _adopt(commands)
    secret = commands.add_parser("secret", help="print one value of a Kubernetes Secret, for use in $(…)")
    secret.add_argument("--kubeconfig", help="path (default: KUBECONFIG, then ~/.kube/config)")
    secret.add_argument("--context", help="context of the kubeconfig (default: its current one)")
    secret.add_argument("reference", metavar="NAMESPACE/NAME")
    secret.add_argument("key", metavar="KEY")
    return top


def _adopt(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `adopt`, which has an exit code of its own."""
    adopt = commands.add_parser(
        "adopt", help=ADOPT, description=f"{ADOPT}. The tenant is only read.", epilog=ADOPT_CODES
    )
    tenant = adopt.add_mutually_exclusive_group(required=True)
    tenant.add_argument("--stack", help="the stack the entries are for; its tenant is read")
    tenant.add_argument("--admin-url", metavar="URL", help="a tenant without a stack; token: THREESCALE_ACCESS_TOKEN")
    adopt.add_argument("--output", metavar="FILE", help="file for the entries (default: adopted/NAME.yaml)")
    adopt.add_argument("--accounts", action="store_true", help="the developers' accounts and applications too")
    adopt.add_argument("--force", action="store_true", help="overwrite files that are there")
    adopt.add_argument("--quiet", action="store_true", help="no progress; what is left out is named all the same")
    adopt.add_argument("--ca-file", metavar="FILE", help="PEM certificates that sign the tenant's")


def run(arguments: argparse.Namespace) -> int:
    """The exit code of one command; modules are imported when they are needed."""
    if arguments.command == "local-stack":
        from operations import local_stack  # noqa: PLC0415 (each command pays for its own imports only)

        return local_stack.main(arguments.stack, arguments.directory)
    if arguments.command == "recover":
        from operations.recover import command  # noqa: PLC0415 (as above)

        return command.main(arguments.stack, arguments.take_over)
    if arguments.command == "preview-comment":
        from operations import preview_comment  # noqa: PLC0415 (as above)

        return preview_comment.main(arguments.stack, arguments.digest)
    if arguments.command == "verify":
        from operations.verify import command as verify  # noqa: PLC0415 (as above)

        return verify.main(arguments.stack)
    if arguments.command == "adopt":
        from operations.adopt import command as adopt  # noqa: PLC0415 (as above)

        return adopt.main(adopt.Wish(**{key: value for key, value in vars(arguments).items() if key != "command"}))
    from operations import secret  # noqa: PLC0415 (as above)

    return secret.main(arguments.reference, arguments.key, arguments.kubeconfig, arguments.context)


def main(argv: Sequence[str] | None = None) -> int:
    """Parse and run; 0 done, 1 refused (the reason is on standard error), 2 wrong usage, 3 see `adopt --help`."""
    arguments = parser().parse_args(argv)
    try:
        return run(arguments)
    except OperationError as refusal:
        print(f"error: {refusal}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
