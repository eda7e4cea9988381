"""Shapes of values that several entities share: what 3scale accepts, in the form in which it answers."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

SYSTEM_NAME = r"\w[\w\-/]+"
"""porta, app/lib/system_name.rb: at least two characters, a slash is allowed."""
PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
"""Schemes of a private endpoint (porta, app/models/backend_api.rb) and the ports 3scale adds."""


def _system_name(value: str) -> str:
    if not re.fullmatch(SYSTEM_NAME, value, re.ASCII):
        raise ValueError("Allowed are 2 to 255 letters, digits and _ - /, beginning with a letter, digit or _")
    return value


def with_port(value: str) -> str:
    """Return an upstream URL as 3scale stores it: with its port, the host in small letters."""
    parts = urlsplit(value)
    if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("Allowed is an http, https, ws or wss URL without user, query and fragment")
    if parts.hostname == "localhost" or parts.hostname.startswith("127."):
        raise ValueError("3scale refuses localhost and 127.x.x.x as an upstream; name a host the gateway can reach")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}:{parts.port or PORTS[parts.scheme]}{parts.path}"


SystemName = Annotated[str, Field(max_length=255), AfterValidator(_system_name)]
"""A permanent name; unique where the entity's module says so."""
Title = Annotated[str, Field(min_length=1, max_length=255)]
"""A name that people read."""
Username = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^\S(.*\S)?$")]
"""Sign-in name of a user; 3scale cuts white space off its ends (porta, app/models/user.rb)."""
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=255)]
"""Address of a user, as far as its shape tells."""
Id = Annotated[str, Field(min_length=1)]
"""An id of 3scale, as a string: numbers would arrive as floats."""
