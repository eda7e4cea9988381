"""Secrets of which a stack has one per entry of a section: each one is a flat key too, `<family>.<entry>`."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SecretFamily:
    """Secrets of one kind, told apart by the entry they belong to."""

    name: str
    """First part of each key, without the project's prefix."""
    of: str
    """Path of the section whose entries have one each."""
    description: str
    """What each of them opens."""

    def key(self, entry: str) -> str:
        """The stack's key of the secret of `entry`."""
        return f"{self.name}.{entry}"

    def entry(self, key: str) -> str | None:
        """The entry to which the stack's key `key` belongs, or nothing for a key of another kind."""
        head, dot, entry = key.partition(".")
        return entry if dot and entry and head == self.name else None

    def entries(self, keys: Iterable[str]) -> list[str]:
        """The entries that have a secret among `keys`, sorted."""
        return sorted(entry for key in keys if (entry := self.entry(key)) is not None)


PROVIDER_SECRETS = SecretFamily(
    name="identityProviderSecret",
    of="identity.providers",
    description="Secret of the realm's client at the identity provider of this name; needed for each kind but `saml`.",
)

TEST_USER_PASSWORDS = SecretFamily(
    name="testUserPassword",
    of="identity.testUsers",
    description="First password of the user for tests of this name: at least 12 characters, neither name nor address.",
)

SECRET_FAMILIES: tuple[SecretFamily, ...] = (PROVIDER_SECRETS, TEST_USER_PASSWORDS)
"""Every family in the order of the documentation."""


def in_a_family(key: str) -> bool:
    """Whether the stack's key `key` is that of a secret of some family."""
    return any(family.entry(key) is not None for family in SECRET_FAMILIES)
