"""The gateway's own policy: where its code comes from."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.documents import PROJECT, DocumentError
from components.config.section import DnsLabel, Section, rule

NAME = "llm-metrics"
"""Name of the token policy in a chain."""

VERSION = "0.2"
"""Version of our token policy. The gateway skips a policy of another version than the chain's, with only a log line."""

SEED_VERSION = "0.1"
"""Version of the guides' policy."""

MANIFEST = "apicast-policy.json"
"""The file of a policy that describes it (APIcast, doc/policies.md)."""

OWN_FOLDER = "policies/llm"
"""Folder of this project's own policy."""


class GatewayPolicy(Section):
    """The token policy that both gateways load: this project's own, other files, or a Secret that is there already."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]+(\.[0-9]+)?$")] = Field(
        default=VERSION,
        description=f"Version of the policy, in the gateways and in every chain. `{SEED_VERSION}`, the guides' policy, "
        "needs `compat.seedPolicy`.",
    )
    folder: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_./-]*$")] | None = Field(
        default=None,
        description="Folder of the policy's Lua files and its `apicast-policy.json`, below the project's folder. They "
        "become a Secret, and the admin portal is told about the policy; a changed file starts the gateways anew. When "
        f"left out, without `secretName`, this project's own policy in `{OWN_FOLDER}`.",
    )
    secret_name: DnsLabel | None = Field(
        default=None,
        description="Secret with the policy's files in 3scale's namespace, made by somebody else. With the label "
        "`apimanager.apps.3scale.net/watched-by: apimanager` a change of it starts the gateways anew.",
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.folder is not None and self.secret_name is not None:
            raise rule(
                given="both folder and secretName were given",
                allowed="one of the keys folder and secretName, or neither for this project's own policy",
                remedy="remove {path}.folder or {path}.secretName",
            )
        return self

    @property
    def files_folder(self) -> str | None:
        """Folder of the files that become a Secret; nothing where somebody else makes the Secret."""
        return (self.folder or OWN_FOLDER) if self.secret_name is None else None

    @property
    def is_the_guides(self) -> bool:
        """Whether it is the guides' policy, which knows rules and streams and nothing else of a chain."""
        return self.version == SEED_VERSION


def policy_files(folder: str) -> Mapping[str, str]:
    """The texts of a policy's files by their names: its Lua files and its description, no folders below.

    Raises:
        DocumentError: The folder is elsewhere, cannot be read, or lacks one of the files that APIcast loads.
    """
    place = (PROJECT / folder).resolve()
    if not place.is_relative_to(PROJECT):
        raise DocumentError(f'"{folder}" is outside the project\'s folder', "copy the folder there and correct {path}")
    try:
        found = {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted(place.iterdir())
            if path.suffix == ".lua" or path.name == MANIFEST
        }
    except (OSError, UnicodeDecodeError) as refusal:
        raise DocumentError(f'"{folder}" cannot be read ({refusal})', "add the folder, or correct {path}") from None
    if missing := [name for name in (MANIFEST, "init.lua") if name not in found]:
        raise DocumentError(f'"{folder}" has no {" and no ".join(missing)}', f"add {' and '.join(missing)}")
    manifest(found[MANIFEST])
    return found


def manifest(text: str) -> dict[str, Any]:
    """The description of a policy, as parsed.

    Raises:
        DocumentError: It is no JSON object.
    """
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DocumentError(f"{MANIFEST} is no JSON object", f"correct {MANIFEST}")
    return found
