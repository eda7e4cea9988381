"""Opens the connection that a kubeconfig file describes, or says what is wrong with the file."""

import binascii
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3
import yaml
from kubernetes import client
from kubernetes.config.config_exception import ConfigException

from dynamic_providers.cluster.api_client import client_without_files


class ClusterRefusalError(Exception):
    """The cluster could not be asked; the text says why and what to do."""


class ForbiddenError(ClusterRefusalError):
    """The deployer may not read something; what else is missing can still be told."""


def api_client(kubeconfig: Path, context: str | None) -> client.ApiClient:
    """A client for `context` of the file, or for its current context, which repeats a failed request once.

    Raises:
        ClusterRefusalError: There is no such file, it is no kubeconfig, or its credential plugin gives no credentials.
    """
    if not kubeconfig.is_file():
        raise ClusterRefusalError(
            f"The cluster cannot be reached: there is no kubeconfig file {kubeconfig}. Allowed is a file that exists. "
            "Log in with oc login, set KUBECONFIG or cluster.kubeconfig to a file, or set cluster.offline to true for "
            "a preview without a cluster."
        )
    configuration = client.Configuration()
    configuration.retries = urllib3.Retry(total=1, backoff_factor=0.5)
    with _complaints() as complaints:
        try:
            api = client_without_files(str(kubeconfig), context, configuration)
        # The library walks the file without checking it, so a wrong form shows as any of the last four.
        except (ConfigException, yaml.YAMLError, OSError, ValueError, TypeError, AttributeError, LookupError) as error:
            raise ClusterRefusalError(_unusable(kubeconfig, context, _fault(error))) from None
    if complaints:
        raise ClusterRefusalError(_without_credentials(kubeconfig, complaints[0]))
    return api


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What the library logs in this thread as errors: it goes on without credentials when a plugin fails."""
    found: list[str] = []
    here = threading.get_ident()

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == here:
                found.append(record.getMessage())

    collector = Collector(logging.ERROR)
    logging.getLogger().addHandler(collector)
    try:
        yield found
    finally:
        logging.getLogger().removeHandler(collector)


def _fault(error: Exception) -> str:
    """What is wrong, without the file's text: it holds credentials."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"it is not YAML (line {error.problem_mark.line + 1})"
    if isinstance(error, yaml.YAMLError | UnicodeDecodeError):
        return "it is not YAML (it holds a character that no text has)"
    if isinstance(error, binascii.Error):
        return "a value in it that ends in -data is not base64"
    if isinstance(error, ConfigException | OSError):
        return str(error).rstrip(".")
    return f"its contents have another form ({type(error).__name__})"


def _unusable(kubeconfig: Path, context: str | None, fault: str) -> str:
    return (
        f"The kubeconfig file {kubeconfig} cannot be used: {fault}. Allowed is a kubeconfig file as oc login writes "
        f"it, with the context {context or 'that it calls current'}. Log in again, or correct cluster.kubeconfig or "
        "cluster.context."
    )


def _without_credentials(kubeconfig: Path, complaint: str) -> str:
    cause = complaint.strip().partition("\n")[0].rstrip(".")
    return (
        f"The kubeconfig file {kubeconfig} names a credential plugin (exec) that gives no credentials: {cause}. Needed "
        "is a plugin that is installed and logged in. Install it or log in, so that kubectl get namespaces answers, or "
        "name another file by cluster.kubeconfig."
    )
