"""The text of `--diff`, line by line with the whole path of each property."""

import re
from dataclasses import dataclass

HEADER = re.compile(r"^\s*[~+\- ]*\s*\S*:\s+\((?P<operation>[\w-]+)\)$")
URN = re.compile(r"\[urn=urn:pulumi:[^\]]*:(?P<kind>\w+)::(?P<name>[^\]]+)\]")
PROPERTY = re.compile(r"^\s*(?P<sign>[~+-])?\s*(?P<name>\[\d+\]|[^\s\[-][^:]*?)\s*: (?P<value>.*)$")
CLOSING = re.compile(r"^\s*(?:[~+-]\s*)?[}\]]")


@dataclass(frozen=True)
class Shown:
    """One property that a `--diff` shows as added, removed or changed."""

    operation: str
    """What is done to the resource: `update`, `refresh`, `delete` and so on."""
    resource: str
    """Class and name, `Product tiny`."""
    line: str
    """Sign, path and value: `~ name: "a" => "b"`, `+ rules["GET /x"]`."""


def shown(text: str) -> list[Shown]:
    """Return every changed property; a mapping that is added or removed as a whole is one line without a value."""
    found: list[Shown] = []
    operation, resource = "", ""
    path: list[str] = []
    for line in text.splitlines():
        if header := HEADER.match(line):
            operation, resource, path = header["operation"], "", []
        elif urn := URN.search(line):
            resource = f"{urn['kind']} {urn['name']}"
        elif CLOSING.match(line) and path:
            path.pop()
        elif (told := PROPERTY.match(line)) and resource:
            opens = re.search(r"[{\[]$", told["value"]) is not None
            if told["sign"] and not (opens and told["sign"] == "~"):
                value = "" if opens else f": {told['value']}"
                found.append(Shown(operation, resource, f"{told['sign']} {_joined([*path, told['name']])}{value}"))
            if opens:
                path.append(told["name"])
    return found


def operations(text: str) -> set[tuple[str, str]]:
    """Return what is done to which resource, as (`delete`, `Product tiny`)."""
    found, operation = set(), ""
    for line in text.splitlines():
        if header := HEADER.match(line):
            operation = header["operation"]
        elif urn := URN.search(line):
            found.add((operation, f"{urn['kind']} {urn['name']}"))
    return found


def _joined(path: list[str]) -> str:
    first, *rest = path
    return first + "".join(step if step.startswith("[") else f'["{step}"]' for step in rest)


def reversed_line(line: str) -> str:
    """Return what an `up` after a refresh shows of the same drift: it takes back what the refresh took in."""
    sign, _, rest = line.partition(" ")
    name, arrow, value = rest.partition(": ")
    old, found, new = value.partition(" => ")
    taken_back = {"+": "-", "-": "+", "~": "~"}[sign]
    return f"{taken_back} {name}{arrow}{f'{new} => {old}' if found else value}"
