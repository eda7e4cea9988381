"""One stack at work: its configuration and the provider instances through which every component works."""

from components.site.connections import connected
from components.site.handed_on import Offer, PortalLogin
from components.site.secret_data import secret_data
from components.site.site import Site

__all__ = ["Offer", "PortalLogin", "Site", "connected", "secret_data"]
