"""What the developer portal of a tenant holds, by the keys of the declaration."""

from typing import TYPE_CHECKING

from dynamic_providers.threescale.portal_held_files import HeldFiles
from dynamic_providers.threescale.portal_held_sections import HeldSections
from dynamic_providers.threescale.portal_held_templates import HeldTemplates
from dynamic_providers.threescale.portal_journal import Journal
from dynamic_providers.threescale.portal_memory import JOURNAL

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi
    from dynamic_providers.threescale.portal_held import Held


class Holdings:
    """Sections by system name, templates by key, files by path, and the note of what was there before."""

    def __init__(self, api: "AdminApi") -> None:
        """Read everything."""
        self.sections = HeldSections(api)
        self.templates = HeldTemplates(api, self.sections)
        self.files = HeldFiles(api, self.sections)
        self.journal = Journal(api, self.templates.pop(f"partial {JOURNAL}", None))

    def has(self, key: str) -> bool:
        """Tell whether the object of a key of `Memory` is there."""
        held, name = self._place(key)
        return name in held

    def drop(self, key: str) -> None:
        """Delete the object of a key of `Memory`; what is gone already is fine."""
        held, name = self._place(key)
        held.drop(name)

    def _place(self, key: str) -> "tuple[Held, str]":
        """Return where the object of a key of `Memory` is held, and its name there."""
        kind, _, name = key.partition(" ")
        if kind == "section":
            return self.sections, name
        return (self.files, name) if kind == "file" else (self.templates, key)
