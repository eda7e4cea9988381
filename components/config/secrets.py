"""The stack's secrets: flat keys, each one encrypted on its own, never inside an object."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """One secret of the stack file."""

    name: str
    """Key as written, without the project's prefix."""
    description: str
    """What it opens, and what a change of it does."""
    required: bool = True
    """Whether every stack needs it; otherwise `needed_for` says when."""
    needed_for: str = ""
    """The section with which an optional secret becomes required, or nothing."""


SECRET_KEYS: tuple[SecretKey, ...] = (
    SecretKey(
        name="threescaleSeedToken",
        description="Access token that 3scale takes over at its first start, from the Secret `system-seed`. A later "
        "change has no effect there.",
    ),
    SecretKey(
        name="threescaleAdminPassword",
        description="Password of the tenant's first administrator; read once, at the first start.",
    ),
    SecretKey(
        name="threescaleMasterToken",
        description="Access token of 3scale's master portal; read once, at the first start.",
    ),
    SecretKey(
        name="threescaleMasterPassword",
        description="Password of 3scale's master administrator; read once, at the first start.",
    ),
    SecretKey(
        name="threescaleAccessToken",
        description="Access token with which this program calls the Admin API. When left out, the seed token. It may "
        "be rotated at any time.",
        required=False,
    ),
    SecretKey(
        name="keycloakAdminClientSecret",
        description="Secret of the client with which this program signs in to the identity server; written into the "
        "Secret from which the server takes it at its first start.",
        required=False,
        needed_for="identity",
    ),
    SecretKey(
        name="portalAccessCode",
        description="Code without which nobody sees the developer portal. When left out, a new tenant's own code goes "
        "as soon as single sign-on is set up and published; otherwise it stays.",
        required=False,
    ),
    SecretKey(
        name="huggingFaceToken",
        description="Token for gated models. No part of this release uses it yet.",
        required=False,
    ),
)
"""Every secret this project reads, in the order of the documentation."""
