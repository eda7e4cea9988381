"""Which kubeconfig file a stack means; always a path, so that no credential is copied into the state."""

import os
from collections.abc import Mapping
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2]


class KubeconfigError(Exception):
    """No single kubeconfig file is meant; the text says what to do."""


def kubeconfig_path(named: str | None, environment: Mapping[str, str]) -> Path:
    """The one file that is meant: absolute, and not necessarily there.

    `named` is the stack file's `cluster.kubeconfig`; a relative one is below the project's folder, wherever a command
    runs. Without it the variable `KUBECONFIG` of `environment` names the file, and without that it is kubectl's
    default. Of several files in `KUBECONFIG` kubectl skips those that do not exist; when one remains, it is meant.

    Raises:
        KubeconfigError: `KUBECONFIG` lists several files; the Kubernetes provider would take that for contents.
    """
    if named:
        return _PROJECT / Path(named).expanduser()
    entries = [entry for entry in environment.get("KUBECONFIG", "").split(os.pathsep) if entry]
    files = list(dict.fromkeys(Path(entry).expanduser().absolute() for entry in entries))
    meant = files if len(files) == 1 else [file for file in files if file.exists()]
    if not files:
        return Path.home() / ".kube" / "config"
    if len(meant) != 1:
        raise KubeconfigError(
            f"The variable KUBECONFIG lists several files ({os.pathsep.join(entries)}), of which {len(meant)} exist. "
            "Allowed is one file. Set cluster.kubeconfig to its path, or merge them: kubectl config view --flatten > "
            "FILE."
        )
    return meant[0]
