"""The way to something from outside: what the routers say of its Route, and what its address answers."""

import ssl
from dataclasses import dataclass
from http import HTTPStatus

import requests

from dynamic_providers.json_object import Json
from dynamic_providers.trusting import Trusting

SECONDS = (5.0, 20.0)
"""To connect, to answer: a server that has just started is slow at first."""


@dataclass(frozen=True)
class Answer:
    """What was seen at an address."""

    missing: str
    """Why it is not the answer that is wanted; "" for the one that is."""
    untrusted: bool = False
    """Whether the certificate is why."""


def refusal(route: Json) -> str:
    """Why no router serves a Route under its host; "" when one does.

    Each router writes an entry of its own (openshift/api, route/v1, RouteIngress).
    """
    host = route["spec"].get("host", "")
    entries = [one for one in (route.get("status") or {}).get("ingress") or [] if one.get("host") == host]
    told = [one for entry in entries for one in entry.get("conditions") or [] if one.get("type") == "Admitted"]
    if any(one.get("status") == "True" for one in told):
        return ""
    reasons = [f"{one.get('reason') or ''} {one.get('message') or ''}".strip() for one in told]
    return f"is not admitted: {'; '.join(reasons)}" if reasons else "no router has admitted it yet"


def answer(url: str, ca_bundle: str) -> Answer:
    """Ask for `url`, trusting `ca_bundle` and no others; empty for the system's authorities.

    Proxies come from the environment. A redirection is not the answer.
    """
    with requests.Session() as session:
        session.mount("https://", Trusting(ssl.create_default_context(cadata=ca_bundle if ca_bundle.strip() else None)))
        try:
            status = session.get(url, timeout=SECONDS, allow_redirects=False).status_code
        except requests.exceptions.SSLError as error:
            return Answer(f"its certificate is not trusted ({_verification(error)})", untrusted=True)
        except requests.RequestException as error:
            return Answer(f"its address does not answer ({type(error).__name__})")
    return Answer("" if status == HTTPStatus.OK else f"its address answers {status}")


def _verification(error: BaseException) -> str:
    """What the TLS library says is wrong; the name of the error where it says nothing."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen.verify_message
        inner = seen.args[0] if seen.args and isinstance(seen.args[0], BaseException) else None
        seen = inner or getattr(seen, "reason", None) or seen.__cause__
    return type(error).__name__
