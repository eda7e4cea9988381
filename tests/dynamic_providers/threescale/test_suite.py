"""The conformance suite lists every resource."""

import ast
from pathlib import Path

from dynamic_providers.threescale.natural_key import MODULES

HOLDS_NOTHING = {"Gate"}
"""Waits and keeps nothing of a tenant; its own file has the promises that apply."""


def test_every_resource_passes_the_conformance_suite() -> None:
    recorded = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for one in node.body if isinstance(node, ast.ClassDef) else []:
                if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "recorded":
                    recorded.add(ast.literal_eval(one.value))
    missing = {
        name
        for name, module in MODULES.items()
        if f"dynamic_providers.threescale.{module}.{name}Provider" not in recorded
    }
    assert missing == HOLDS_NOTHING
