"""One stack at work: its configuration and the provider instances through which every component works."""

from components.site.connections import connected
from components.site.site import Site

__all__ = ["Site", "connected"]
