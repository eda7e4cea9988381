"""The data of a Kubernetes Secret."""

import base64
from collections.abc import Mapping

import pulumi


def secret_data(values: Mapping[str, pulumi.Input[str]]) -> dict[str, pulumi.Output[str]]:
    """Entries of a Secret by name, in base64 as its field `data` holds them; a secret stays one."""
    return {name: pulumi.Output.from_input(value).apply(_base64) for name, value in values.items()}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
