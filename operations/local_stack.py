"""`local-stack`: a stack whose configuration file is a private copy, so that no tracked file is ever written.

`pulumi stack init` writes the encryption salt into the stack file beside Pulumi.yaml. The copy therefore gets a
Pulumi.yaml of its own, and `PULUMI_OPTION_CONFIG_FILE` or `--config-file` names it afterwards.
"""

import os
from pathlib import Path
from typing import Any

import yaml

from components.config.secret_families import in_a_family
from components.config.secrets import SECRET_KEYS
from operations.errors import OperationError
from operations.stack import PROJECT, Stack


def merged(tracked: dict[str, Any], private: dict[str, Any]) -> dict[str, Any]:
    """The stack file of the copy: the tracked settings, and of the old copy what only it has, secrets and salt."""
    secrets = {
        key: value
        for key, value in (private.get("config") or {}).items()
        if isinstance(value, dict) and set(value) == {"secure"}
    }
    kept = {key: value for key, value in private.items() if key != "config"}
    return {**kept, **tracked, "config": {**(tracked.get("config") or {}), **secrets}}


def _write(path: Path, text: str) -> None:
    """Write `text` in one step, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    fresh.replace(path)


def _exists(stack: Stack) -> bool:
    """Whether the backend knows the stack."""
    entries = stack.read("stack", "ls", "--json", named=False)
    return any(str(entry["name"]).rsplit("/", 1)[-1] == stack.name for entry in entries)


def _hand_over(stack: Stack, settings: Path) -> None:
    """Set the secrets that lie as files beside the copy and are not in it yet."""
    present = yaml.safe_load(settings.read_text()).get("config") or {}
    files = sorted(path.name for path in settings.parent.iterdir())
    for name in [*(secret.name for secret in SECRET_KEYS), *filter(in_a_family, files)]:
        key, file = f"maas:{name}", settings.parent / name
        if key not in present and file.is_file():
            stack.run("config", "set", "--secret", key, stdin=file.read_text())


def main(name: str, directory: str) -> int:
    """Bring the copy up to date, make the stack once, set generated secrets. Always returns 0.

    Secrets and state are kept. A secret is taken from a file of its key's name in `directory`, as
    `python3 -m toolchain secrets` writes them.

    Raises:
        OperationError: There is no tracked stack file of that name, or the backend refused.
    """
    source = PROJECT / f"Pulumi.{name}.yaml"
    if not source.is_file():
        known = ", ".join(sorted(path.name for path in PROJECT.glob("Pulumi.*.yaml")))
        message = f"asked for a private copy of stack {name}: there is no {source.name}; there are {known}; name one"
        raise OperationError(message)
    folder = Path(directory).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "Pulumi.yaml", (PROJECT / "Pulumi.yaml").read_text())
    settings = folder / source.name
    old = yaml.safe_load(settings.read_text()) if settings.exists() else {}
    tracked = yaml.safe_load(source.read_text())
    _write(settings, yaml.safe_dump(merged(tracked or {}, old or {}), sort_keys=False))
    private = Stack(name=name, cwd=folder)
    if not _exists(private):
        private.run("stack", "init")
    # Plain `pulumi preview` in the project means this stack from here on.
    Stack(name=name).run("stack", "select")
    _hand_over(private, settings)
    return 0
