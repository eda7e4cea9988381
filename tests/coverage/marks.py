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
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node in body:
        if not isinstance(node, Named):
            continue
        if not isinstance(node, ast.ClassDef):
            yield node.name, _rows(node)
        for name in _collected(node, body) if isinstance(node, ast.ClassDef) else ():
            yield name, _rows(node)
            yield from ((f"{name}::{one.name}", _rows(one)) for one in node.body if isinstance(one, Named))


def _collected(node: ast.ClassDef, body: list[ast.stmt]) -> list[str]:
    """Names under which pytest runs a class: its own, or for a mix-in those of the file's classes made from it."""
    if node.name.startswith("Test"):
        return [node.name]
    classes = (one for one in body if isinstance(one, ast.ClassDef))
    return [one.name for one in classes if node.name in map(ast.unparse, one.bases) and one.name.startswith("Test")]


def _rows(node: Named) -> list[str]:
    found: list[str] = []
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row":
            found += [ast.literal_eval(argument) for argument in mark.args]
    return found
