"""The identity server."""

from components.identity_server.component import IdentityServer, IdentityServerArgs
from components.identity_server.legacy import LegacyIdentityServer, LegacyIdentityServerArgs

__all__ = ["IdentityServer", "IdentityServerArgs", "LegacyIdentityServer", "LegacyIdentityServerArgs"]
