"""A new key for an application, made here and sent to 3scale.

Made here, so that a request that is repeated because its answer was lost sends the same key again. 3scale knows
nothing of rotations: one that was broken off is done again by the next run, and the key of that one is kept.
"""

import secrets
from collections.abc import Callable

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.errors import ThreescaleError

KEY_BYTES = 16
"""As many as of a key that 3scale makes: 32 hexadecimal digits (porta, app/models/cinstance.rb)."""


def rotated(put: Callable[[Json], Json], name: str) -> str:
    """Send a new random key by `put`, which returns the application as it is then, and return the key.

    Raises:
        ThreescaleError: the application is not recognised by a key.
    """
    key = secrets.token_hex(KEY_BYTES)
    if put({"user_key": key}).get("user_key") != key:
        raise ThreescaleError(
            f"rotate the key of application {name!r}",
            "3scale did not take the new key, so its product does not authenticate by API key",
            "`key_rotation` is allowed for applications of products with `backend_version` 1",
            "Take `key_rotation` out of the declaration",
        )
    return key
