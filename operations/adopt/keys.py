"""Keys of the stack file for names of 3scale, which allow more."""

import re
from collections.abc import Container


def dns_label(name: str, prefix: str = "m") -> str:
    """`name` as a DNS label that begins with a letter: `Mistral_7B` gives `mistral-7b`."""
    label = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return (label if label[:1].isalpha() else f"{prefix}-{label}".rstrip("-"))[:63].rstrip("-")


def free(label: str, taken: Container[str]) -> str:
    """`label`, or the first of `label-2`, `label-3`, … that is not taken."""
    if label not in taken:
        return label
    number = 2
    while f"{label[:59]}-{number}" in taken:
        number += 1
    return f"{label[:59]}-{number}"
