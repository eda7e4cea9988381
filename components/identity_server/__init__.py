"""The identity server."""

from components.identity_server.component import IdentityServer, IdentityServerArgs

__all__ = ["IdentityServer", "IdentityServerArgs"]
