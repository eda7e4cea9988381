"""Writes the rights that the deployer needs, or says that the page with them is out of date."""

import argparse
import json
import sys
from pathlib import Path

import yaml
from pydantic import ValidationError

from components.config import Settings
from components.config.fields import keys
from components.preflight.cluster_role import bindings, roles, written

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "rbac.yaml"

_PREFIX = "maas:"

_HEAD = """Rights of whoever runs `pulumi up` on {what}.
Written by `python -m components.preflight rbac`; the same command with stack files prints theirs.
A Role can only be in a namespace that exists. So what is done in namespaces that the stack makes is in the
ClusterRole; after the first `pulumi up`, --placed gives Roles for these too. Bind both: --user adds the bindings.
Who may write Secrets and Roles in any namespace can get every right there is: keep these credentials accordingly."""


def main(arguments: list[str]) -> int:
    """Exit code: 0 when everything is written or current, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m components.preflight", description=__doc__)
    parser.add_argument("what", choices=["rbac"], help="the rights of the deployer")
    parser.add_argument("files", nargs="*", type=Path, help="stack files to print rights for; without any: the page")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the page is not current")
    parser.add_argument("--placed", action="store_true", help="the stack's namespaces exist: a Role for each")
    parser.add_argument("--user", help="also bind the roles to this user")
    chosen = parser.parse_args(arguments)
    if chosen.files:
        return _printed(chosen.files, chosen.user, placed=chosen.placed)
    text = page()
    if not chosen.check:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{PAGE.relative_to(ROOT)} is not current; run: python -m components.preflight rbac\n")
        return 1
    return 0


def page() -> str:
    """The page: rights for every stack file that comes with the project, together."""
    made = roles([settings_of(path) for path in shipped()])
    return written(made, _HEAD.format(what="the stacks that come with this project, together"))


def shipped() -> list[Path]:
    """The stack files that come with the project."""
    return [ROOT / "Pulumi.dev.yaml", *sorted((ROOT / "examples" / "stacks").glob("Pulumi.*.yaml"))]


def settings_of(path: Path) -> Settings:
    """The settings of a stack file, without its secrets: which of them are set makes no difference to the rights.

    Raises:
        ValidationError: The stack file cannot be used; a preview says what is wrong with it in full.
    """
    config = yaml.safe_load(path.read_text(encoding="utf-8"))["config"]
    plain = {key.removeprefix(_PREFIX): value for key, value in config.items() if key.startswith(_PREFIX)}
    return Settings.model_validate_json(json.dumps({key: plain[key] for key in plain if key in keys(Settings)}))


def _printed(files: list[Path], user: str | None, *, placed: bool) -> int:
    try:
        made = roles([settings_of(path) for path in files], placed=placed)
    except ValidationError as refusal:
        sys.stderr.write(f"{refusal}\npulumi preview says what may stand there\n")
        return 1
    bound = bindings(made, user) if user is not None else []
    sys.stdout.write(written([*made, *bound], _HEAD.format(what=", ".join(path.name for path in files))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
