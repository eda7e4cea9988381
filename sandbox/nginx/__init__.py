"""A real nginx with its Lua module, which runs gateway policies behind a thin model of APIcast."""

from sandbox.nginx.gateway import Gateway
from sandbox.nginx.installation import Installation
from sandbox.nginx.service import Service

__all__ = ["Gateway", "Installation", "Service"]
