"""One section of the developer portal, a folder of pages and files: porta, app/models/cms/section.rb."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from dynamic_providers.declared import Member
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.shapes import SystemName, Title

ROOT = "root"
"""The section that 3scale makes first and that all others are below."""


class Section(Member):
    """A section. Whether it is public is left as it is: new ones are."""

    title: Title
    """Unique below its parent."""
    parent: str = ROOT
    """System name of the section it is in."""


def _acyclic(sections: dict[str, Section]) -> dict[str, Section]:
    for name in sections:
        passed = [name]
        while (above := sections.get(passed[-1])) is not None:
            if above.parent in passed:
                raise ValueError(f"Section {name} would be below itself; the parents have to end at `{ROOT}`")
            passed.append(above.parent)
    return sections


Sections = Annotated[dict[SystemName, Section], AfterValidator(_acyclic)]


def nested(sections: Mapping[str, Json]) -> list[str]:
    """Return the names, each parent before what is below it."""
    return sorted(sections, key=lambda name: (len(lineage(name, sections)), name))


def lineage(name: str, sections: Mapping[str, Json]) -> list[str]:
    """Return a section's declared ancestors and itself, outermost first."""
    above = [name]
    while (parent := sections[above[0]]["parent"]) in sections:
        above.insert(0, parent)
    return above
