"""One stack at work: its configuration and the provider instances through which every component works."""

from components.site.connections import connected
from components.site.handed_on import Bucket, Offer, PortalLogin, ServerKey
from components.site.late import filled_in
from components.site.secret_data import secret_data
from components.site.site import Site

__all__ = ["Bucket", "Offer", "PortalLogin", "ServerKey", "Site", "connected", "filled_in", "secret_data"]
