"""The page as Markdown."""

from pathlib import Path

from dynamic_providers.reference.declaration import Declaration, Field, declarations

HERE = Path(__file__).parent
"""Beside this file stand the parts that no code can say: `head.md` and `limits.md`."""


def page() -> str:
    """Return the whole page."""
    found = sorted(declarations(), key=lambda one: one.name)
    names = "".join(f"| [{one.name}](#{one.name.lower()}) | {_cell(one.summary.splitlines()[0])} |\n" for one in found)
    return _text("head.md") + names + "".join(_section(one) for one in found) + _text("limits.md")


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _section(one: Declaration) -> str:
    replaces = ", ".join(f"`{field.name}`" for field in one.inputs if field.note == "replaces")
    order = "the new one is made first" if one.side_by_side else "the old one is deleted first"
    lines = [
        f"\n## {one.name}\n",
        f"{one.summary}\n",
        "| input | type | default | meaning |",
        "| --- | --- | --- | --- |",
        *(_input(field) for field in one.inputs),
        "",
    ]
    if one.outputs:
        lines += ["| output | meaning |", "| --- | --- |", *(_output(field) for field in one.outputs), ""]
    lines += [
        f"- **Replaced** by a change of {replaces}; {order}." if replaces else "- **Replaced** by nothing.",
        f"- **Create** {one.taken_over}",
        f"- **Destroy**: {one.gone}",
    ]
    return "\n".join(lines) + "\n"


def _input(field: Field) -> str:
    default = f"`{field.default}`" if field.default else "required"
    meaning = " ".join(part for part in (field.meaning, f"({field.note})" if field.note else "") if part)
    return f"| `{field.name}` | {_cell(field.type)} | {_cell(default)} | {_cell(meaning)} |"


def _output(field: Field) -> str:
    meaning = " ".join(part for part in (field.meaning, f"({field.note})" if field.note else "") if part)
    return f"| `{field.name}` | {_cell(meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
