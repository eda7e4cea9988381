"""What is kept of a password that 3scale never tells: a salted trace, by which an unchanged one is recognised.

A trace stands where the password stood, in outputs and in the inputs of a refreshed state. It opens nothing.
"""

import hashlib
import hmac
import re
import secrets

_SHAPE = re.compile(r"scrypt:([0-9a-f]{32}):([0-9a-f]{64})")
_SALT_BYTES, _HASH_BYTES = 16, 32
_COST, _BLOCK, _LANES = 2**14, 8, 1
"""scrypt's parameters for interactive log-ins (RFC 7914, section 2): some 50 ms and 16 MiB for each guess."""


def of(password: str) -> str:
    """Return a new trace of `password`; a trace is returned as it is."""
    return password if is_trace(password) else _made(password, secrets.token_hex(_SALT_BYTES))


def is_trace(value: object) -> bool:
    """Tell whether `value` is a trace and no password."""
    return isinstance(value, str) and _SHAPE.fullmatch(value) is not None


def same(declared: object, kept: object) -> bool:
    """Tell whether `declared` is the password of which `kept` is the trace, or equals `kept`."""
    if not isinstance(declared, str) or not isinstance(kept, str):
        return False
    if declared == kept:
        return True
    shape = _SHAPE.fullmatch(kept)
    return shape is not None and hmac.compare_digest(_made(declared, shape[1]), kept)


def _made(password: str, salt: str) -> str:
    hashed = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=_COST, r=_BLOCK, p=_LANES, dklen=_HASH_BYTES)
    return f"scrypt:{salt}:{hashed.hex()}"
