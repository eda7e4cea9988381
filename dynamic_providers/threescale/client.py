"""The Admin API of one tenant. It knows verbs and envelopes, no entities.

Paths are written without `/admin/api/` and without `.json`; both are added here, because without the suffix 3scale
answers XML (porta, config/routes.rb).
"""

import contextlib
import hmac
import os
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import requests

from dynamic_providers.json_object import Json
from dynamic_providers.threescale import answers, transport, unpromoted
from dynamic_providers.threescale.errors import NotFound, ThreescaleError, Unavailable
from dynamic_providers.threescale.transport import REPEATABLE, Patience

PAGE = 500
"""Largest page of the Admin API (porta, admin/api/filters/pagination.rb)."""
UNREADABLE_TRIES = 3
"""A repeatable request is sent this often when the answer arrives but cannot be read."""
HEALING_PAUSES_SECONDS = (0.1, 1.0, 4.0)
"""Rests before a create whose answer was lost is looked for and, if absent, tried again."""

OF_A_GATEWAY = r"services/(\d+)(|/proxy|/proxy/.*|/backend_usages.*|/service_plans/\d+/default)"
"""Paths where a write changes what the gateways of a product read, its default plan among it (porta,
app/lib/apicast/proxy_source.rb); the backends that exist already are the rest."""
OF_A_BACKEND = "backend_apis/"
DEPLOYED = ("/proxy", "/proxy/policies")
"""Of these, those after whose change 3scale deploys to staging by itself."""

T = TypeVar("T")
Attachment = tuple[str, bytes, str]
"""File name, content and content type of an upload."""


class AdminApi:
    """Requests to one tenant. Safe for threads; writes to one product happen one after the other."""

    def __init__(
        self, admin_url: str, access_token: str, *, ca_bundle: str = "", patience: Patience | None = None
    ) -> None:
        """Open nothing yet; `ca_bundle` is PEM text.

        Raises:
            ThreescaleError: an address, token or bundle that cannot be used.
        """
        self.admin_url = _checked_url(admin_url)
        self.patience = patience or Patience()
        self._session = _session(access_token, ca_bundle, self.patience)
        self._access_token = access_token
        self._guard = threading.Lock()
        self._products: dict[str, threading.Lock] = {}
        self._lists: dict[tuple[str, str], threading.Lock] = {}
        self._indexes: dict[tuple[str, str], dict[str, str]] = {}
        self._expected: dict[str, list[Json]] = {}
        self._deployed: set[str] = set()
        self._adopted: set[str] = set()

    def call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
        attachment: Attachment | None = None,
    ) -> Any:  # noqa: ANN401 - any JSON value
        """Return the JSON that 3scale answers; `{}` where it answers nothing. With an attachment the body is multipart.

        Raises:
            ThreescaleError: see `errors`.
        """
        asked = f"{method} {self.admin_url}/admin/api/{path}.json"
        tries = UNREADABLE_TRIES if method in REPEATABLE else 1
        with self._turn(method, path):
            while True:
                tries -= 1
                try:
                    self._note(method, path, done=False)
                    result = answers.result(self._send(asked, body, query, attachment), asked)
                except Unavailable as lost:
                    if not (lost.unreadable and tries):
                        raise
                else:
                    self._note(method, path, done=True)
                    return result

    def item(self, method: str, path: str, body: Json | None = None, query: Mapping[str, str] | None = None) -> Json:
        """Return the entity of an answer, out of its envelope: `{"service": {…}}` gives `{…}`."""
        return unwrapped(self.call(method, path, body, query))

    def pages(
        self, path: str, collection: str = "", query: Mapping[str, str] | None = None, *, size: int = 0
    ) -> Iterator[Json]:
        """Yield every entity of a list, out of its envelopes; `collection` is the outer one, "" for a bare array.

        Ends with the first page that is not full: 3scale tells the number of pages for some collections only, and gives
        the whole of some others again and again. `size` is that of a page, where PAGE is too large for 3scale.
        """
        size = size or PAGE
        if (known := self.expected(path)) is not None:
            yield from known
            return
        page, last_first = 1, None
        while True:
            answer = self.call("GET", path, query={**(query or {}), "page": str(page), "per_page": str(size)})
            items = _members(f"GET {self.admin_url}/admin/api/{path}.json", answer, collection)
            first = items[0].get("id") if items else None
            if page > 1 and first == last_first:
                return
            yield from items
            if len(items) < size:
                return
            page, last_first = page + 1, first

    def index(self, path: str, collection: str, key: str, *, fresh: bool = False) -> dict[str, str]:
        """Return natural key → id of a list, as this process first saw it; `fresh` asks again.

        What is absent in the first list and exists after a lost answer was made by this process. One list serves all
        creates, so a hundred products cost one look-up.
        """
        with self._list(path, key):
            if fresh or (path, key) not in self._indexes:
                found = {str(item.get(key)): str(item["id"]) for item in self.pages(path, collection)}
                self._indexes[path, key] = found
            return self._indexes[path, key]

    def know(self, path: str, key: str, names: Mapping[str, str]) -> None:
        """Keep natural key → id of a whole list that somebody has just read."""
        with self._list(path, key):
            self._indexes[path, key] = dict(names)

    def expect(self, path: str, items: list[Json]) -> None:
        """Spare the next reading of a list: it belongs to something that this process has just made."""
        self._expected[path] = items

    def expected(self, path: str) -> list[Json] | None:
        """Return, once, what `expect` was told of a list; None stands for a list that has to be read."""
        return self._expected.pop(path, None)

    def remember(self, path: str, key: str, name: str, id_: str) -> None:
        """Add what this process made to the list that `index` keeps."""
        with self._list(path, key):
            if (path, key) in self._indexes:
                self._indexes[path, key][name] = id_

    def adopt(self, entity: str) -> None:
        """Keep in mind the path of an entity that existed before and that this process has taken over."""
        self._adopted.add(entity)

    def adopted(self, entity: str) -> bool:
        """Tell, once, whether this process has taken over the entity of this path."""
        with self._guard:
            known = entity in self._adopted
            self._adopted.discard(entity)
            return known

    def deployed_by_itself(self, product_id: str) -> bool:
        """Tell, once, whether 3scale has deployed what this process wrote last of a product's gateway configuration.

        It does so after each write of proxy settings and of the policy chain (porta, Proxy#save_and_deploy).
        """
        with self._guard:
            known = product_id in self._deployed
            self._deployed.discard(product_id)
            return known

    def exists(self, object_type: str, id_: str) -> bool:
        """Tell whether the row of a deleted product or backend is still there, holding its name (objects/status)."""
        try:
            self.call("GET", "objects/status", query={"object_type": object_type, "object_id": id_})
        except NotFound:
            return False
        return True

    def works_with(self, value: str) -> bool:
        """Tell whether `value` is the access token of this client."""
        return hmac.compare_digest(value.encode(), self._access_token.encode())

    def heal(self, attempt: Callable[[], T]) -> T:
        """Return the result of `attempt`, run again when the answer of a POST was lost; it looks before it writes."""
        for pause in HEALING_PAUSES_SECONDS:
            try:
                return attempt()
            except Unavailable as lost:
                if not lost.lost_a_create:
                    raise
                rest = max(pause, min(lost.retry_after_seconds, self.patience.longest_pause_seconds))
            # Nobody sets this event: 3scale tells nothing of its own accord, so one can only ask again later.
            # Bounded by the number of pauses and the longest one.
            threading.Event().wait(rest)
        return attempt()

    def _note(self, method: str, path: str, *, done: bool) -> None:
        """Keep in mind which products 3scale has deployed after the last write to what their gateways read."""
        written = re.fullmatch(OF_A_GATEWAY, path)
        if method == "GET" or not (written or path.startswith(OF_A_BACKEND)):
            return
        if written is not None:
            unpromoted.note(written[1])
        else:
            unpromoted.note_backend(path.removeprefix(OF_A_BACKEND))
        with self._guard:
            if written is None:
                self._deployed.clear()
            elif done and written[2] in DEPLOYED:
                self._deployed.add(written[1])
            else:
                self._deployed.discard(written[1])

    def _list(self, path: str, key: str) -> threading.Lock:
        """Return the lock of one list that `index` keeps: who reads another one need not wait for it."""
        with self._guard:
            return self._lists.setdefault((path, key), threading.Lock())

    def _turn(self, method: str, path: str) -> contextlib.AbstractContextManager[Any]:
        """Return the lock of the product that `path` writes to.

        Two writes to one proxy at once lose one by its lock_version, and parallel creates of rules interleave their
        positions (porta, optimistic locking and acts_as_list).
        """
        product = re.match(r"services/(\d+)/", path)
        if method == "GET" or product is None:
            return contextlib.nullcontext()
        with self._guard:
            return self._products.setdefault(product[1], threading.Lock())

    def _send(
        self, asked: str, body: Json | None, query: Mapping[str, str] | None, attachment: Attachment | None
    ) -> requests.Response:
        method, _, url = asked.partition(" ")
        sent: Json = {"data": body, "files": {"attachment": attachment}} if attachment else {"json": body}
        times = (self.patience.connect_seconds, self.patience.read_seconds)
        try:
            return self._session.request(method, url, params=query, **sent, timeout=times, allow_redirects=False)
        except requests.exceptions.SSLError as error:
            remedy = "Give the authority's certificate as `caBundle`, or correct the address"
            raise Unavailable(asked, transport.cause(error), remedy=remedy, hopeless=True) from None
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            raise Unavailable(asked, "the answer broke off in the middle", unreadable=True) from None
        except requests.RequestException as error:
            raise Unavailable(asked, f"no answer: {transport.cause(error)}") from None


def unwrapped(answer: Any) -> Json:  # noqa: ANN401 - any JSON value
    """Return what an envelope holds: `{"metric": {…}}` gives `{…}`; what has no envelope is returned as it is."""
    if isinstance(answer, dict) and len(answer) == 1:
        (inner,) = answer.values()
        if isinstance(inner, dict):
            return inner
    return dict(answer)


def _members(asked: str, answer: Any, collection: str) -> list[Json]:  # noqa: ANN401 - any JSON value
    members = answer.get(collection) if collection and isinstance(answer, dict) else answer
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        raise Unavailable(asked, "3scale answered 200 with JSON that is no list of this kind")
    return [unwrapped(one) for one in members]


def _checked_url(admin_url: str) -> str:
    if not re.fullmatch(r"https?://[^/\s?#@:]+(:\d+)?/?", admin_url):
        raise ThreescaleError(
            "open the Admin API of 3scale",
            "`adminUrl` contains credentials" if "@" in admin_url else f"`adminUrl` is {admin_url!r}",
            "Allowed is the address of a tenant's admin portal without a path, https://maas-admin.apps.example.com",
            "Correct it in the stack's configuration or in THREESCALE_ADMIN_URL",
        )
    return admin_url.rstrip("/")


def _session(access_token: str, ca_bundle: str, patience: Patience) -> requests.Session:
    if not access_token:
        raise ThreescaleError(
            "open the Admin API of 3scale",
            "no access token is set",
            "Allowed is an access token with the scopes account_management and policy_registry",
            "Set the stack secret `threescaleAccessToken`, or THREESCALE_ACCESS_TOKEN",
        )
    try:
        return transport.session(access_token, ca_bundle, patience)
    except (ssl.SSLError, ValueError):
        raise ThreescaleError(
            "open the Admin API of 3scale",
            "`caBundle` holds no certificate that can be read",
            "Allowed are certificates as PEM text",
            "Correct it, or leave it empty to trust the system's authorities only",
        ) from None


IMPATIENT = Patience(read_seconds=10.0, retries=0)
"""For gates, which ask again by themselves."""
_opened: dict[tuple[str, str, str, Patience], AdminApi] = {}
_opening = threading.Lock()


def admin_api(settings: Mapping[str, str], patience: Patience | None = None) -> AdminApi:
    """Return the process's one client for these inputs of a provider instance: adminUrl, accessToken, caBundle.

    The environment wins: refresh and destroy configure providers from the state, where a token may be out of date.

    Raises:
        ThreescaleError: no usable address or token.
    """
    url = os.environ.get("THREESCALE_ADMIN_URL") or settings.get("adminUrl", "")
    token = os.environ.get("THREESCALE_ACCESS_TOKEN") or settings.get("accessToken", "")
    ca_bundle, patience = settings.get("caBundle", ""), patience or Patience()
    with _opening:
        key = (url, token, ca_bundle, patience)
        if key not in _opened:
            _opened[key] = AdminApi(url, token, ca_bundle=ca_bundle, patience=patience)
        return _opened[key]
