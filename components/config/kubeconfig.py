"""Which kubeconfig file a stack means; always a path, so that no credential is copied into the state."""

import os
from collections.abc import Mapping
from pathlib import Path

from components.config.cluster import Cluster


class KubeconfigError(Exception):
    """No single kubeconfig file is meant; the text says what to do."""


def kubeconfig_path(cluster: Cluster, environment: Mapping[str, str]) -> Path:
    """The file that `cluster.kubeconfig`, else the variable `KUBECONFIG`, else kubectl's default names.

    Raises:
        KubeconfigError: `KUBECONFIG` lists several files; the Kubernetes provider would take that for contents.
    """
    named = cluster.kubeconfig or environment.get("KUBECONFIG", "")
    if os.pathsep in named:
        raise KubeconfigError(
            f"The variable KUBECONFIG lists several files ({named}). Allowed is the path of one file. Set "
            "cluster.kubeconfig, or merge them: kubectl config view --flatten > FILE."
        )
    return Path(named).expanduser().absolute() if named else Path.home() / ".kube" / "config"
