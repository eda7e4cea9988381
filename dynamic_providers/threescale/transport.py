"""The HTTP session to one tenant: kept connections, trust, proxies, bounded retries of repeatable requests."""

import http.cookiejar
import ssl
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError, ReadTimeoutError
from urllib3.util import Retry

from dynamic_providers.threescale import at_once, retry_after

REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
"""Methods that have the same effect when sent twice. PATCH too: this product always sends whole values."""
RETRIED_STATUSES = (409, 429, 500, 502, 503, 504)
"""409 is a lost race on the proxy's lock_version (porta, optimistic locking): the next try meets the newer version."""


@dataclass(frozen=True)
class Patience:
    """How long a request is given. The defaults suit a busy 3scale; tests and gates are less patient."""

    connect_seconds: float = 5.0
    read_seconds: float = 60.0
    retries: int = 4
    """Repetitions of a request that may be repeated."""
    backoff_seconds: float = 0.25
    """Pause before the second repetition; each further one doubles it, and as much again is added by chance."""
    longest_pause_seconds: float = 30.0
    """Upper limit of a pause, a Retry-After of the server included."""


class _Repetitions(Retry):
    """Repetitions that read Retry-After as `answers` does for a POST: dates by the server's clock, nonsense as none."""

    def get_retry_after(self, response: BaseHTTPResponse) -> float:
        return min(retry_after.seconds(response.headers), float(self.retry_after_max))


class _Adapter(HTTPAdapter):
    """Connections that also trust the configured certificate authority; a request waits while all are in use."""

    def __init__(self, context: ssl.SSLContext, retries: Retry) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=at_once.OF_A_PROCESS, pool_block=True, max_retries=retries)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's own signature
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 - the library's own signature
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)


def session(access_token: str, ca_bundle: str, patience: Patience) -> requests.Session:
    """Return a session that authenticates with the token as HTTP Basic password, which keeps it out of every URL.

    `ca_bundle` is PEM text trusted in addition to the system's authorities. Proxies come from the environment.
    """
    context = ssl.create_default_context()
    if ca_bundle.strip():
        context.load_verify_locations(cadata=ca_bundle)
    retries = _Repetitions(
        total=patience.retries,
        allowed_methods=REPEATABLE,
        status_forcelist=RETRIED_STATUSES,
        backoff_factor=patience.backoff_seconds,
        backoff_jitter=patience.backoff_seconds,
        backoff_max=patience.longest_pause_seconds,
        retry_after_max=int(patience.longest_pause_seconds),
        other=0,  # a certificate that is not trusted will not become better
        redirect=False,
        raise_on_status=False,
    )
    made = requests.Session()
    made.auth = ("", access_token)
    made.headers.update({"Accept": "application/json", "User-Agent": "maas-pulumi"})
    made.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    made.mount("https://", _Adapter(context, retries))
    made.mount("http://", _Adapter(context, retries))
    return made


def cause(error: Exception) -> str:
    """Return why a request got no answer, in the words of the operating system or of TLS; no URL, no header."""
    seen: BaseException | None = error
    words = "the connection broke off before the answer was complete"
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted ({seen.verify_message})"
        if isinstance(seen, ReadTimeoutError | ConnectTimeoutError) and not isinstance(seen, NewConnectionError):
            return "it did not answer in time"
        if isinstance(seen, OSError) and seen.strerror and not isinstance(seen, requests.RequestException):
            words = seen.strerror
        seen = _within(seen)
    return words


def _within(error: BaseException) -> BaseException | None:
    """Return the error that this one wraps: urllib3 keeps it in `reason`, requests in its arguments."""
    wrapped = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
    return next((one for one in wrapped if isinstance(one, BaseException)), None)
