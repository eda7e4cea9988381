"""Texts of a manifest that are only known when something else has been made; pure."""

from collections.abc import Mapping
from typing import Any

import pulumi


def filled_in(value: Any, late: Mapping[str, pulumi.Input[str]]) -> Any:  # noqa: ANN401 - any part of a manifest
    """The same part with every text that is a key of `late` replaced by what it stands for."""
    if isinstance(value, dict):
        return {name: filled_in(one, late) for name, one in value.items()}
    if isinstance(value, list):
        return [filled_in(one, late) for one in value]
    return late.get(value, value) if isinstance(value, str) else value
