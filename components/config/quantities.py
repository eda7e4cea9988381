"""Kubernetes quantities as numbers; pure."""

_UNITS = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_UNITS |= {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}
"""Factor of a quantity's unit (apimachinery, pkg/api/resource/quantity.go)."""


def number_of(quantity: str) -> float:
    """A Kubernetes quantity as a number: cores, or bytes."""
    number = quantity.rstrip("KMGTikm")
    return float(number) * _UNITS[quantity.removeprefix(number)]


def gib_of(quantity: str) -> float:
    """A Kubernetes quantity of memory in GiB."""
    return number_of(quantity) / _UNITS["Gi"]
