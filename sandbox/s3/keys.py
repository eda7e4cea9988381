"""Whose key is accepted, and for which bucket."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_OF_BUCKET = 8


class Keys(Protocol):
    """The keys of a store."""

    @property
    def makes_buckets(self) -> bool:
        """Whether a key's owner may make buckets; otherwise each key has the one that was made for it."""

    def secret(self, id_: str) -> str | None:
        """The secret of a key, None when there is no such key."""

    def opens(self, id_: str, bucket: str) -> bool:
        """Whether a key opens a bucket."""


@dataclass(frozen=True)
class Listed:
    """Keys by id, each of them for every bucket: MinIO's first user."""

    secrets: Mapping[str, str]
    makes_buckets: bool = True

    def secret(self, id_: str) -> str | None:
        """The secret of a key, None when there is no such key."""
        return self.secrets.get(id_)

    def opens(self, id_: str, bucket: str) -> bool:
        """Every key opens every bucket."""
        return bool(bucket) and id_ in self.secrets


@dataclass(frozen=True)
class Derived:
    """A key per bucket that operator and store compute from one root, so that they need not talk to each other.

    The real Multicloud Object Gateway keeps accounts in its database.
    """

    root: str
    makes_buckets: bool = False

    def id_for(self, bucket: str, salt: str) -> str:
        """The id of a bucket's key, 20 characters like the real one's."""
        return f"{_mark(bucket)}{hashlib.sha256(salt.encode()).hexdigest()[: 20 - _OF_BUCKET].upper()}"

    def secret(self, id_: str) -> str | None:
        """The secret of a key, 40 characters like the real one's."""
        digest = hmac.new(self.root.encode(), id_.encode(), hashlib.sha256).digest()
        return base64.b64encode(digest).decode()[:40]

    def opens(self, id_: str, bucket: str) -> bool:
        """A key opens the bucket that it was made for."""
        return id_.startswith(_mark(bucket))


def _mark(bucket: str) -> str:
    return hashlib.sha256(bucket.encode()).hexdigest()[:_OF_BUCKET].upper()
