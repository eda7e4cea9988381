"""What the router answers by itself."""

from __future__ import annotations

from aiohttp import web

_HEADINGS = {
    502: ("502 Bad Gateway", "The server behind this route closed the connection or sent something unreadable."),
    503: (
        "Application is not available",
        "No Route matches this host and path, or nothing is started behind it yet.",
    ),
    504: ("504 Gateway Time-out", "The server behind this route did not answer in time."),
}


def page(status: int) -> web.Response:
    """The router's own page for 502, 503 or 504."""
    heading, text = _HEADINGS.get(status, (str(status), "Ordered by a fault."))
    body = f"<html>\n  <body>\n    <h1>{heading}</h1>\n    <p>{text}</p>\n  </body>\n</html>\n"
    headers = {"Cache-Control": "private, max-age=0, no-cache, no-store"}
    return web.Response(status=status, text=body, content_type="text/html", headers=headers)
