"""Reads the marks `@pytest.mark.row("S-138", …)` out of the tests' sources, without importing one."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
Named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def marked(folder: Path = TESTS) -> dict[str, list[str]]:
    """Return row → tests that show it, as `path::name` below `folder`, in order."""
    rows: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("test_*.py")):
        for test, names in _of_file(path):
            for row in names:
                rows.setdefault(row, []).append(f"{path.relative_to(folder)}::{test}")
    return rows


def _of_file(path: Path) -> Iterator[tuple[str, list[str]]]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, Named):
            yield node.name, _rows(node)
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}::{one.name}", _rows(one)) for one in node.body if isinstance(one, Named))


def _rows(node: Named) -> list[str]:
    found: list[str] = []
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row":
            found += [ast.literal_eval(argument) for argument in mark.args]
    return found
