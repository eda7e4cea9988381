"""Kubeconfig files: where they are, what they say, and the client that follows from them."""

from __future__ import annotations

import base64
import os
import ssl
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3
import yaml
from kubernetes.client import ApiClient, Configuration
from kubernetes.config.config_exception import ConfigException
from kubernetes.config.kube_config import load_kube_config_from_dict

from toolchain.stand_ins.kubernetes import objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.kubernetes.values import Tree

_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
"""Fields of a cluster or user that name files; all but the last may stand inline as `<field>-data`."""

CONNECTIONS = 64
"""Connections that the client keeps open: as many as calls can run at once."""


class NoCluster(Exception):  # noqa: N818 - a state, told as a reason
    """The kubeconfig leads to no cluster; the text says why."""


@dataclass(frozen=True)
class Kubeconfig:
    """A kubeconfig's content and the folder that its relative paths start from."""

    document: Tree
    folder: str

    def context(self, wanted: str = "") -> Tree:
        """The context of this name, or the current one; empty when there is none."""
        name = wanted or objects.text(self.document, "current-context")
        return _named(self.document, "contexts", name).get("context") or {}

    def server(self, context: str = "", cluster: str = "") -> str:
        """The URL of the API server that the context, or the cluster named instead of its own, points at."""
        name = cluster or objects.text(self.context(context), "cluster")
        return objects.text(_named(self.document, "clusters", name), "cluster", "server")


def _named(document: Tree, section: str, name: str) -> Tree:
    """The entry of a section's list that has this name."""
    return next((entry for entry in objects.items(document, section) if entry.get("name") == name), {})


def loaded(path_or_contents: str, environment: Mapping[str, str]) -> Kubeconfig:
    """The kubeconfig of a path, of contents, or from the usual places when the text is empty.

    Raises:
        NoCluster: The text is no kubeconfig. A missing file is taken for contents, as the official plugin does.
    """
    if not path_or_contents:
        return _ambient(environment)
    path = Path(path_or_contents).expanduser()
    try:
        is_file = path.is_file()
    except (OSError, ValueError):  # contents are longer than any path may be
        is_file = False
    if is_file:
        return Kubeconfig(_document(path.read_text()), str(path.parent))
    return Kubeconfig(_document(path_or_contents), ".")


def _ambient(environment: Mapping[str, str]) -> Kubeconfig:
    """The first existing file of `KUBECONFIG`, else `~/.kube/config`."""
    places = [part for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    for place in places or ["~/.kube/config"]:
        path = Path(place).expanduser()
        if path.is_file():
            return Kubeconfig(_document(path.read_text()), str(path.parent))
    raise NoCluster("no configuration has been provided, try setting the KUBECONFIG environment variable")


def _document(text: str) -> Tree:
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise NoCluster(
            f"failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- {_place(error)}"
        ) from error
    if not isinstance(document, dict):
        raise NoCluster(
            "failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- "
            "it is neither the path of a file nor the contents of a kubeconfig"
        )
    return document


def _place(error: yaml.YAMLError) -> str:
    """Where the YAML is wrong, without quoting it: a kubeconfig holds credentials."""
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark is not None else ""
    return f"yaml: {where}{getattr(error, 'problem', None) or 'not understood'}"


def server(configuration: Tree) -> str:
    """The API server's URL of a provider configuration, "" when it is not known or not to be found."""
    written = configuration.get("kubeconfig")
    if not isinstance(written, str) or not written:
        return ""
    try:
        found = loaded(written, {})
    except (NoCluster, OSError):
        return ""
    return found.server(objects.text(configuration, "context"), objects.text(configuration, "cluster"))


def client(config: Kubeconfig, context: str = "", cluster: str = "") -> ApiClient:
    """The official client for the kubeconfig's context.

    Keys and certificates that the kubeconfig holds inline are on disk only while this function runs.

    Raises:
        NoCluster: The context, its cluster or its credentials are missing or broken.
    """
    configuration = Configuration()
    with tempfile.TemporaryDirectory(prefix="pulumi-kubernetes-") as folder:
        try:
            load_kube_config_from_dict(  # type: ignore[no-untyped-call]  # the library has no types here
                _with_files(config, context, cluster, Path(folder)),
                context=context or None,
                client_configuration=configuration,
                persist_config=False,
            )
            tls = _tls(configuration)
        except (ConfigException, OSError, ValueError) as error:
            raise NoCluster(f"unable to load Kubernetes client configuration from kubeconfig file: {error}") from error
    configuration.connection_pool_maxsize = CONNECTIONS
    # Nothing listening is an answer; only a kept connection that the server has closed meanwhile is tried again.
    configuration.retries = urllib3.Retry(total=1, connect=0, redirect=0)
    api = ApiClient(configuration)
    pool = api.rest_client.pool_manager.connection_pool_kw
    for key in ("cert_file", "key_file", "ca_certs", "ca_cert_data", "cert_reqs", "assert_hostname"):
        pool.pop(key, None)
    pool["ssl_context"] = tls
    return api


def proxy(api: ApiClient) -> str:
    """The URL of the proxy that the client goes through, of the kubeconfig or the environment; "" for none."""
    found = getattr(api.rest_client.pool_manager, "proxy", None)
    return found.url if found is not None else ""


def _tls(configuration: Configuration) -> ssl.SSLContext:
    """The TLS settings with everything loaded that stands in files."""
    tls = ssl.create_default_context(cafile=configuration.ssl_ca_cert, cadata=configuration.ca_cert_data)
    if not configuration.verify_ssl:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        tls.load_cert_chain(configuration.cert_file, configuration.key_file)
    return tls


def _with_files(config: Kubeconfig, context: str, cluster: str, folder: Path) -> Tree:
    """The document for the client library: files by absolute paths, the chosen context pointing at the chosen cluster.

    The library would keep files of its own for inline data until the process ends.
    """
    name = context or objects.text(config.document, "current-context")
    if not _named(config.document, "contexts", name):
        raise NoCluster(
            f'unable to load Kubernetes client configuration from kubeconfig file: context "{name}" does not exist'
        )
    chosen = {**config.context(context), **({"cluster": cluster} if cluster else {})}
    return {
        **config.document,
        "clusters": _in_files(config, "clusters", "cluster", folder),
        "users": _in_files(config, "users", "user", folder),
        "contexts": [
            {**entry, "context": chosen} if entry.get("name") == name else entry
            for entry in objects.items(config.document, "contexts")
        ],
    }


def _in_files(config: Kubeconfig, section: str, key: str, folder: Path) -> list[Tree]:
    """A section's entries with inline certificates and keys written into the folder, other paths made absolute."""
    result = []
    for number, entry in enumerate(objects.items(config.document, section)):
        body = dict(entry[key]) if isinstance(entry.get(key), dict) else {}
        for field in _FILES:
            inline = body.pop(f"{field}-data", None)
            if inline:
                path = folder / f"{key}-{number}-{field}"
                path.touch(mode=0o600)
                path.write_bytes(base64.b64decode(inline, validate=True))
                body[field] = str(path)
            elif body.get(field):
                body[field] = str(Path(config.folder, body[field]).absolute())
        result.append({**entry, key: body})
    return result
