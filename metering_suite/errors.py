"""Errors of the suite: each names what was asked, which value was wrong, what is allowed and what to do."""

from __future__ import annotations


class SuiteError(Exception):
    """A person can act on this one; the text has the four parts, one per line."""

    def __init__(self, *, asked: str, value: str, allowed: str, action: str) -> None:
        super().__init__(f"{asked}\n  found:   {value}\n  allowed: {allowed}\n  do:      {action}")
