"""Opens the official client so that no private key of a kubeconfig stays on disk."""

import ssl
import tempfile
import threading

from kubernetes.client import ApiClient, Configuration
from kubernetes.config import load_kube_config
from urllib3.util.ssl_ import create_urllib3_context

# The library remembers its files by content, so a second thread would be given a file that the first one deletes.
_reading = threading.Lock()


def client_without_files(kubeconfig: str | None, context: str | None, configuration: Configuration) -> ApiClient:
    """Return a client with `configuration` completed from the file; None means KUBECONFIG, and its current context.

    TLS needs inline keys and certificates as files. The library keeps such files until the process exits, and forever
    when a signal ends it; here they are gone before this function returns.

    Raises:
        ConfigException, OSError, ValueError, yaml.YAMLError: The file, or a key or certificate of it, is not usable.
    """
    with _reading, tempfile.TemporaryDirectory(prefix="kubeconfig-") as folder:
        load_kube_config(  # type: ignore[no-untyped-call]  # it ships no types
            kubeconfig, context, client_configuration=configuration, persist_config=False, temp_file_path=folder
        )
        tls = _authorities(configuration)
        if configuration.proxy:
            # A proxy's own TLS trusts the same authorities and is shown no client certificate.
            configuration.proxy_ssl_context = _authorities(configuration)
        if configuration.cert_file:
            # An encrypted key is an error and not a question on the terminal.
            tls.load_cert_chain(configuration.cert_file, configuration.key_file, password="")
    configuration.ssl_ca_cert = configuration.cert_file = configuration.key_file = None
    client = ApiClient(configuration)
    client.rest_client.pool_manager.connection_pool_kw["ssl_context"] = tls
    return client


def _authorities(configuration: Configuration) -> ssl.SSLContext:
    """Return urllib3's own TLS settings with the kubeconfig's authorities, or the system's where it names none."""
    tls = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE)
    if configuration.ssl_ca_cert:
        tls.load_verify_locations(configuration.ssl_ca_cert)
    else:
        tls.load_default_certs()
    return tls
