"""The floor of a preview: as many dynamic resources and components as the real program has, with nothing in them."""

import json
import os

import pulumi

from bench.nothing import Empty, EmptyProvider


def place() -> None:
    """Register `resources` empty ones below `components` components."""
    wanted = json.loads(os.environ["BENCH_SETTINGS"])
    provider = pulumi.ProviderResource("pulumi-python", "empty", {})
    parents = [pulumi.ComponentResource("bench:empty:Parent", f"parent-{n}", {}) for n in range(wanted["components"])]
    for number in range(wanted["resources"]):
        options = pulumi.ResourceOptions(parent=parents[number % len(parents)], provider=provider)
        Empty(EmptyProvider(), f"empty-{number}", {}, options)


place()
