"""Errors of the sandbox: each names what was asked, which value was wrong, what is allowed and what to do."""

from __future__ import annotations


class SandboxError(Exception):
    """A person can act on this one; the text has the four parts, one per line."""

    def __init__(self, *, asked: str, value: str, allowed: str, action: str) -> None:
        super().__init__(f"{asked}\n  found:   {value}\n  allowed: {allowed}\n  do:      {action}")


def port_taken(asked: str, port: int) -> SandboxError:
    """The error for a fixed port that another process listens on."""
    return SandboxError(
        asked=asked,
        value=f"port {port} on 127.0.0.1 is taken by another process",
        allowed="a port between 1024 and 65535 nobody listens on, or no port at all (a free one is then found)",
        action=f"stop what listens there (`ss -ltnp 'sport = :{port}'`), choose another port, or leave the option out",
    )
