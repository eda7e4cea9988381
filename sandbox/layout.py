"""Where everything of one sandbox lives: one folder, nothing outside it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEFAULT_ROOT = PROJECT / ".sandbox"


@dataclass(frozen=True)
class Layout:
    """The paths inside a sandbox's folder `root` (absolute)."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Layout:
        """The layout of a folder, which need not exist yet."""
        return cls(folder.absolute())

    @property
    def endpoints(self) -> Path:
        """What other tools read: every address, as JSON, mode 0600."""
        return self.root / "endpoints.json"

    @property
    def env(self) -> Path:
        """Shell file that points pulumi and the checks at this sandbox."""
        return self.root / "env"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.root / "kubeconfig"

    @property
    def users(self) -> Path:
        """Kubeconfigs of further users, one per name."""
        return self.root / "users"

    @property
    def ca(self) -> Path:
        """The certificate of the authority that signs the router's certificates."""
        return self.root / "ca.pem"

    @property
    def ca_bundle(self) -> Path:
        """The system's authorities and ours, for SSL_CERT_FILE."""
        return self.root / "ca-bundle.pem"

    @property
    def passphrase(self) -> Path:
        """The passphrase of the local stacks' secrets, made once."""
        return self.root / "passphrase"

    @property
    def pki(self) -> Path:
        """Keys and certificates of this sandbox."""
        return self.root / "pki"

    @property
    def logs(self) -> Path:
        """One log file per part."""
        return self.root / "logs"

    @property
    def audit(self) -> Path:
        """The API server's own record of the requests of its users."""
        return self.logs / "kube-audit.jsonl"

    @property
    def pids(self) -> Path:
        """One record per running process."""
        return self.root / "pids"

    @property
    def data(self) -> Path:
        """State that survives a stop: etcd, SQLite files, Keycloak's database."""
        return self.root / "data"

    @property
    def ports(self) -> Path:
        """The ports of the last run, taken again when they are still free."""
        return self.root / "ports.json"

    @property
    def progress(self) -> Path:
        """What the supervisor says while it starts, one JSON line each."""
        return self.root / "progress.jsonl"

    def create(self) -> None:
        """Make the folders; only the owner can look inside."""
        for folder in (self.root, self.pki, self.logs, self.pids, self.data):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600 in one step: a reader sees the old text or the new one, never half."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.replace(path)


def read_json(path: Path) -> dict[str, object]:
    """The JSON object in a file; empty when there is no such file or a kill left it unreadable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
