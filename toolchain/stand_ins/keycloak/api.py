"""The admin API: one login, requests with the token, refusals as errors. Knows no resource type."""

from __future__ import annotations

import os
import ssl
import threading
import warnings
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from urllib3.exceptions import InsecureRequestWarning

from toolchain.stand_ins.keycloak.errors import ApiError, KeycloakError, LoginError, status_text

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.settings import Settings

CONNECTIONS = 32
"""Connections kept open; more than the engine's usual parallelism."""


class OwnAuthority(HTTPAdapter):
    """Trusts the given certificates and no others: `rootCaCertificate` replaces the system's."""

    def __init__(self, pem: str) -> None:
        self._context = ssl.create_default_context(cadata=pem)
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - the base's signature
        """Connections to the server itself."""
        super().init_poolmanager(*args, ssl_context=self._context, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:  # noqa: ANN401 - the base's signature
        """Connections through a proxy."""
        return super().proxy_manager_for(proxy, ssl_context=self._context, **options)

    def build_connection_pool_key_attributes(self, request: Any, _verify: Any, cert: Any = None) -> Any:  # noqa: ANN401 - the base's signature
        """Without a bundle from the environment, which would be trusted besides."""
        return super().build_connection_pool_key_attributes(request, verify=True, cert=cert)

    def cert_verify(self, *_args: object) -> None:
        """Nothing to add: the base class would load its own bundle besides."""


class AdminApi:
    """A server with an administrator's token; for any number of threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._token = settings.access_token
        self._http: requests.Session | None = None

    def login(self) -> None:
        """Get the first token and ask the server who it is, unless another thread has done so.

        Raises:
            LoginError: when there is no token to get.
        """
        with self._lock:
            if self._token:
                return
            self._fetch_token()
        self.server_info()

    def renew(self, stale: str | None = None) -> None:
        """Get a new token, unless the one in use is already another than `stale`."""
        with self._lock:
            if not self._settings.access_token and (stale is None or self._token == stale):
                self._fetch_token()

    def server_info(self) -> Any:  # noqa: ANN401 - any JSON value
        """What the server says of itself; an account without any admin role is refused here."""
        return self.get("serverinfo")

    def get(self, *path: str, **params: str) -> Any:  # noqa: ANN401 - any JSON value
        """The JSON at a path below `/admin`, each part of it escaped."""
        return _json(self._send("GET", path, params=params))

    def post(self, *path: str, body: object = None) -> tuple[str, Any]:
        """The id at the end of the answer's Location header ("" without one), and the answer's JSON or None."""
        answer = self._send("POST", path, body=body)
        location = answer.headers.get("Location", "")
        return location.rsplit("/", 1)[-1], _json(answer) if answer.content else None

    def put(self, *path: str, body: object = None) -> None:
        """Write."""
        self._send("PUT", path, body=body)

    def delete(self, *path: str, body: object = None) -> None:
        """Delete."""
        self._send("DELETE", path, body=body)

    def _send(
        self, method: str, path: tuple[str, ...], *, body: object = None, params: dict[str, str] | None = None
    ) -> requests.Response:
        """The answer of the server; after a 401 the token is renewed and the request repeated once."""
        url = "/".join([f"{self._settings.admin_url}/admin", *(quote(part, safe="") for part in path)])
        self._login_before(path)
        token = self._token
        answer = self._request(method, url, token, body, params)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            self.renew(stale=token)
            answer = self._request(method, url, self._token, body, params)
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise ApiError(method, urlsplit(url).path, answer.status_code, answer.text)
        return answer

    def _login_before(self, path: tuple[str, ...]) -> None:
        """Log in first; the question who the server is belongs to the login itself."""
        if not self._token and path != ("serverinfo",):
            self.login()
        elif not self._token:
            self.renew(stale=self._token)

    def _request(
        self, method: str, url: str, token: str, body: object, params: dict[str, str] | None
    ) -> requests.Response:
        """One request with a token."""
        try:
            return self._session().request(
                method,
                url,
                json=body,
                params=params or None,
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
                timeout=self._settings.timeout_seconds,
                verify=self._verification(),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise KeycloakError(f"error sending {method} request to {urlsplit(url).path}: {_cause(error)}") from None

    def _fetch_token(self) -> None:
        """Log in with the password or the client's secret."""
        own = self._settings
        form = {"client_id": own.client_id, "client_secret": own.client_secret, "grant_type": "client_credentials"}
        if own.username and own.password:
            form |= {"grant_type": "password", "username": own.username, "password": own.password}
        url = f"{own.url}/realms/{quote(own.realm, safe='')}/protocol/openid-connect/token"
        try:
            answer = self._session().post(
                url,
                data={name: value for name, value in form.items() if value},
                timeout=own.timeout_seconds,
                verify=self._verification(),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise LoginError(f'Post "{url}": {_cause(error)}') from None
        if answer.status_code >= HTTPStatus.MULTIPLE_CHOICES:
            raise LoginError(f"error logging in to Keycloak: {status_text(answer.status_code)}")
        self._token = str(_json(answer)["access_token"])

    def _session(self) -> requests.Session:
        """The connections; made late, so that wrong certificates disturb no preview."""
        if self._http is None:
            session = requests.Session()
            session.headers.update(dict(self._settings.headers))
            session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
            session.mount("https://", self._https_adapter())
            self._http = session
        return self._http

    def _https_adapter(self) -> HTTPAdapter:
        """TLS as the settings want it."""
        if not self._settings.verify:
            warnings.simplefilter("ignore", InsecureRequestWarning)
        if not (self._settings.root_ca and self._settings.verify):
            return HTTPAdapter(pool_maxsize=CONNECTIONS)
        try:
            return OwnAuthority(self._settings.root_ca)
        except ssl.SSLError as error:
            raise LoginError(f"rootCaCertificate: no certificate can be read from the given text ({error})") from None

    def _verification(self) -> bool | str:
        """What `requests` verifies a server with: SSL_CERT_FILE is honoured as Go does."""
        if not self._settings.verify:
            return False
        bundle = os.environ.get("SSL_CERT_FILE", "")
        return bundle if Path(bundle).is_file() else True


def proxy(url: str) -> str:
    """The URL of the environment's proxy that requests to this server go through; "" for none."""
    return select_proxy(url, get_environ_proxies(url)) or ""


def _json(answer: requests.Response) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON of an answer.

    Raises:
        KeycloakError: when something else answered, such as a router's page for a host that it does not know.
    """
    try:
        return answer.json()
    except requests.JSONDecodeError:
        kind = answer.headers.get("Content-Type", "nothing that says what it is")
        raise KeycloakError(
            f"{answer.request.method} {urlsplit(answer.url).path}: wanted JSON, answered was {kind} "
            f"({status_text(answer.status_code)}). Check `url` and `basePath`: does a Keycloak server answer there?"
        ) from None


def _cause(error: requests.RequestException) -> str:
    """Why a request did not get an answer, without the library's object names."""
    if isinstance(error, requests.Timeout):
        return "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
    if isinstance(error, requests.exceptions.SSLError):
        return f"tls: failed to verify certificate: {_reason(error)}"
    if isinstance(error, requests.exceptions.ProxyError):
        return f"proxyconnect tcp: {_reason(error)}"
    return f"dial tcp: {_reason(error)}"


def _reason(error: BaseException) -> str:
    """The innermost reason of an error."""
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    if isinstance(reason, BaseException) and isinstance(reason.__cause__, OSError):
        reason = reason.__cause__
    if isinstance(reason, ConnectionRefusedError):
        return "connect: connection refused"
    return str(reason).rsplit(": ", 1)[-1]
