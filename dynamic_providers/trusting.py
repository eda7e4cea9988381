"""Connections that trust certain authorities, directly and through a proxy."""

import ssl
from typing import Any

from requests.adapters import HTTPAdapter


class Trusting(HTTPAdapter):
    """For `https://` of a session: what `context` trusts counts for whoever is called, not for a proxy."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Take what to trust."""
        self._context = context
        super().__init__()

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401 - the library's own
        """Have the certificate checked, by `context` alone: the library would add public authorities to it."""
        super().cert_verify(conn, url, verify, cert)  # type: ignore[no-untyped-call] # the library has no types there
        conn.ca_certs = conn.ca_cert_dir = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own signature
        """Make the pool of direct connections."""
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - the library's own signature
        """Make the pool of connections through a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)
