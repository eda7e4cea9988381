"""PortalContent: everything this program has in the developer portal, as one resource.

One resource and not one per object: a portal of 18 templates, 2 files and a section (97 KB of text) would be 21. The
file backend writes the whole state twice per changed resource, so 42 times where this is 2. A refresh is 3 requests,
not 21; a create is 43 (3 lists, the notes, 39 writes), not 42. The inputs are mappings, so a diff names every path all
the same. The price: a preview shows one resource that changes, and objects are written one after the other, which is
4.5 s for these 21 at 100 ms each.

* An object is compared by what visitors see; a draft of somebody else that waits is drift. Each write is published.
* What was there before is taken over, and put back by destroy or when it is no longer declared; what was made here is
  deleted then. Both are known from `portal_memory`, even after a run that was killed.
* Nobody else's objects are touched (`foreign: keep`). With `remove`, a section made here holds what is declared and
  nothing else: other pages and files in it are shown by name and deleted. Nothing outside such sections ever is.
* A file that was there before is replaced and cannot be put back, since its bytes cannot be read; destroy names it.

Not seen as drift: bytes of a file that are exchanged under the same name, a section's path and whether it is public,
handlers, a page's system name. There is one such resource per tenant and program.
"""

import sys
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pydantic import Field

from dynamic_providers.declared import Props
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityResource, TenantProvider
from dynamic_providers.threescale.portal_changes import converged, keys, left
from dynamic_providers.threescale.portal_file import Files
from dynamic_providers.threescale.portal_holdings import Holdings
from dynamic_providers.threescale.portal_live import live, state
from dynamic_providers.threescale.portal_memory import Memory
from dynamic_providers.threescale.portal_section import Sections
from dynamic_providers.threescale.portal_template import Templates

if TYPE_CHECKING:
    from collections.abc import Mapping

ID = "portal"
_turn = threading.Lock()
"""Two resources of one process would lose each other's notes in the tenant."""


@dataclass(frozen=True, kw_only=True)
class PortalContentArgs:
    """What a caller declares."""

    sections: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]" = field(default_factory=dict)
    """System name → `title`, `parent`."""
    templates: "Input[Mapping[str, Input[Mapping[str, Any]]]]" = field(default_factory=dict)
    """`page /path`, or `layout`, `partial`, `builtin_page`, `builtin_partial` and a system name → `content`, and for
    pages `title`, `layout`, `section`, `content_type`, `liquid_enabled`; for layouts `title`, `liquid_enabled`; for
    built-in pages `layout`."""
    files: "Input[Mapping[str, Input[Mapping[str, Input[str]]]]]" = field(default_factory=dict)
    """Path → `source` (below the program's folder), `sha256` of it, `content_type`, `section`."""
    foreign: Input[str] = "keep"
    """What happens to pages and files of others in sections that were made here: `keep` or `remove`."""
    restore: Input[bool] = True
    """Whether destroy puts back what was there before; else it stays as it is then."""


class PortalContentProps(Props):
    """The same fields, resolved."""

    sections: Sections = Field(default_factory=dict)
    templates: Templates = Field(default_factory=dict)
    files: Files = Field(default_factory=dict)
    foreign: Literal["keep", "remove"] = "keep"
    restore: bool = True


class PortalContentProvider(TenantProvider):
    """`/admin/api/cms/sections`, `…/templates` and `…/files`."""

    props = PortalContentProps

    def create(self, props: Json) -> CreateResult:
        """Converge on whatever the portal holds already."""
        return CreateResult(ID, self._converged(self.canonical(props), {}))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Converge on whatever the portal holds by now."""
        return UpdateResult(self._converged(self.canonical(_news), _olds))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what the portal holds of what is declared; no id when nothing of it is there."""
        known, held = self.canonical(props), Holdings(self.api)
        if keys(known) and not any(held.has(key) for key in keys(known)):
            return ReadResult(None, {})
        inputs = self.canonical(known | live(held, known, Memory.of(props)))
        kept = {name: props[name] for name in ("made", "former") if name in props}
        return ReadResult(id_, state(inputs) | kept, inputs)

    def delete(self, _id: str, _props: Json) -> None:
        """Delete what was made here and put back what was there before."""
        known = self.canonical(_props)
        with _turn:
            memory, held = Memory.of(_props), Holdings(self.api)
            stays = left(held, memory, memory.objects, restore=known["restore"])
        if stays:
            sys.stdout.write(f"left as it is in the developer portal: {', '.join(stays)}\n")

    def _converged(self, wanted: Json, olds: Json) -> Json:
        with _turn:
            memory = self.api.heal(lambda: converged(Holdings(self.api), Memory.of(olds), wanted))
        return state(wanted) | memory.outputs()


class PortalContent(EntityResource, module="threescale", name="PortalContent"):
    """What this program has in the developer portal of the tenant."""

    made: Output[list[str]]
    """Keys of what was made here, such as `page /examples`; destroy deletes these."""
    former: Output[str]
    """What was there before, compressed; destroy puts it back."""

    def __init__(self, name: str, args: PortalContentArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(PortalContentProvider(), name, args, opts)
