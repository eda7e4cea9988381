"""How porta reads values: booleans and numbers as Rails casts them, names, system names and URLs."""

from __future__ import annotations

import hashlib
import math
import re
import secrets
import unicodedata
from urllib.parse import SplitResult, urlsplit, urlunsplit

from sandbox.threescale.refusals import INVALID, Errors

# porta, app/lib/system_name.rb
SYSTEM_NAME = re.compile(r"\w[\w\-/_]+", re.ASCII)
# Letters without an accent to drop (I18n's default approximations).
_SPELT_OUT = str.maketrans(
    {"\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u00f8": "o", "\u00d8": "O", "\u0153": "oe"}
)
_FALSE = {"0", "f", "false", "off", "F", "FALSE", "OFF", "False"}
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_LABEL = 63
_KEPT = 55
_HASH = 7
_HOST = 255


def boolean(value: object) -> bool | None:
    """The value as Rails casts it: blank is None, a handful of words are false, all else is true."""
    if value is None or value == "":
        return None
    return not (value is False or value == 0 or (isinstance(value, str) and value in _FALSE))


def integer(value: object) -> int | None:
    """The value as Rails casts it for an integer column; None when it is no number."""
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return None


def number(value: object) -> float | None:
    """The value as a decimal; None when it is no number."""
    try:
        read = float(str(value))
    except ValueError:
        return None
    return read if math.isfinite(read) else None


def text(value: object) -> str | None:
    """The value as Rails casts it for a string column."""
    if isinstance(value, bool):
        return "t" if value else "f"
    return None if value is None else str(value)


def slug(name: str, separator: str = "_") -> str:
    """Lower case without accents, runs of other characters become one separator (ActiveSupport `parameterize`)."""
    decomposed = unicodedata.normalize("NFKD", name.translate(_SPELT_OUT))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    words = re.sub(r"[^a-z0-9\-_]+", "-", plain.lower(), flags=re.ASCII)
    return re.sub(r"-{2,}", "-", words).strip("-").replace("-", separator)


def system_name(given: object, name: object, kind: str) -> str:
    """The system name as stored: the given one, or one made from the name (porta, app/lib/system_name.rb)."""
    chosen = text(given)
    if chosen and chosen.strip():
        return chosen
    made = slug(text(name) or "")
    return made or f"{kind}_{secrets.token_hex(6)}"


def check_system_name(errors: Errors, value: str) -> None:
    """Refuse a system name that does not follow the pattern or is too long."""
    errors.unless(SYSTEM_NAME.fullmatch(value), "system_name", INVALID)
    errors.short("system_name", value)


def split(url: str) -> SplitResult | None:
    """The parts of a URL, None when it cannot be parsed."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  # the port is checked on access
    except ValueError:
        return None
    return parts


def with_port(url: str) -> str:
    """The URL with its default port made explicit (porta, Proxy::PortGenerator)."""
    parts = split(url)
    if parts is None or not parts.hostname or parts.port is not None or parts.scheme not in _PORTS:
        return url
    return urlunsplit(parts._replace(netloc=f"{parts.netloc}:{_PORTS[parts.scheme]}"))


def is_url(url: str, schemes: tuple[str, ...] = ("http", "https"), *, path: bool = False) -> bool:
    """Whether porta takes it as an endpoint (app/validators/uri_validator.rb): no query, fragment or user."""
    parts = split(url)
    if parts is None or parts.scheme not in schemes or not parts.hostname or re.search(r"\s", url):
        return False
    if parts.query or parts.fragment or "@" in parts.netloc or (parts.path and not path):
        return False
    return len(parts.hostname) <= _HOST and all(len(label) <= _LABEL for label in parts.hostname.split("."))


def is_localhost(url: str) -> bool:
    """Whether the URL names this machine, which porta refuses for upstreams."""
    parts = split(url)
    host = (parts.hostname or "") if parts else ""
    return host == "localhost" or host.startswith("127.")


def short_label(label: str) -> str:
    """A DNS label of at most 63 characters: 55 of its own and 7 of its SHA-1 (porta, app/services/uri_shortener.rb)."""
    if len(label) <= _LABEL:
        return label
    digest = hashlib.sha1(label.encode(), usedforsecurity=False).hexdigest()[:_HASH]
    kept = label[:_KEPT].rstrip("-")
    return f"{kept}-{digest}"
