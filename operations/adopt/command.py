"""`adopt`: write the entries of a stack file with which the first `up` takes over a tenant and changes nothing on it.

The tenant is only read. What a stack file cannot say is named with the reason and left out, never approximated: every
entry is judged as the program will judge it, and compared with what was read, before anything is written.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from components.config import ConfigError, documents
from components.threescale_tenant.declared import SAMPLE_PRODUCT
from dynamic_providers.threescale.errors import ThreescaleError
from operations.adopt import output
from operations.adopt.catalogue import Catalogue, catalogue
from operations.adopt.people import People, people
from operations.adopt.reading import Reading, Tenant
from operations.adopt.source import Source, of_stack, of_url
from operations.errors import OperationError

LEFT_OUT = 3
"""Exit code when the entries are written and something of the tenant is not among them."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for."""

    stack: str | None = None
    """The stack the entries are for; or:"""
    admin_url: str | None = None
    """address of a tenant."""
    output: str | None = None
    """File for the entries."""
    accounts: bool = False
    """Developers' accounts too."""
    force: bool = False
    """Overwrite."""
    quiet: bool = False
    """No progress."""
    ca_file: str | None = None
    """Certificates that sign the tenant's."""


def main(wish: Wish) -> int:
    """Read the tenant and write the entries; returns 0, or 3 when something is left out.

    Raises:
        OperationError: nothing was written: the tenant or the stack cannot be read, or the files are there already.
    """
    place = _place(wish)
    authority = _authority(wish.ca_file)
    source = of_stack(wish.stack, authority) if wish.stack else of_url(wish.admin_url or "", authority)
    try:
        found = catalogue(source, _readings(source, wish))
        developers = people(source, found) if wish.accounts else People()
    except (ThreescaleError, ConfigError) as refusal:
        raise OperationError(str(refusal)) from None
    _tell_left_out(found, developers)
    if found.entries:
        _written(source, found, developers, place, wish)
    else:
        print("no product can be written; there is no file", file=sys.stderr)
    beside = any(entry.beside for entry in found.entries.values())
    return LEFT_OUT if found.left_out or developers.left_out or beside else 0


def _place(wish: Wish) -> Path:
    """Where the entries go.

    Raises:
        OperationError: outside the project, whose program could not read the documents there; or it is taken.
    """
    name = wish.output or f"adopted/{wish.stack or 'tenant'}.yaml"
    place = (Path.cwd() / name if wish.output else documents.PROJECT / name).resolve()
    if not place.is_relative_to(documents.PROJECT):
        message = (
            f"asked to write {place}: the program reads documents below {documents.PROJECT} only, and they are written "
            "beside the entries; name a file there with --output"
        )
        raise OperationError(message)
    if not wish.force:
        output.refuse_existing(place)
        output.refuse_existing(place.with_suffix(""))
    return place


def _authority(path: str | None) -> str:
    if path is None:
        return ""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        message = f"asked to trust the certificates in {path}: it is no text file that can be read; name a PEM file"
        raise OperationError(message) from None


def _readings(source: Source, wish: Wish) -> list[Reading]:
    tenant = Tenant(source.api, source.settings.api_defaults.product.support_email)
    declared = {entry.get("systemName", key): key for key, entry in (source.raw.get("models") or {}).items()}
    found = []
    for number, product in enumerate(tenant.products, 1):
        name = str(product["system_name"])
        progress = f"product {number} of {len(tenant.products)}: {name}"
        if (name, product["name"]) == SAMPLE_PRODUCT:
            _say(f"{progress}, the sample of a new tenant, is skipped", wish)
        elif name in declared:
            _say(f"{progress} is model {declared[name]} of the stack already and is skipped", wish)
        else:
            _say(progress, wish)
            found.append(tenant.read(product))
    return found


def _say(line: str, wish: Wish) -> None:
    if not wish.quiet:
        print(line, file=sys.stderr, flush=True)


def _tell_left_out(found: Catalogue, developers: People) -> None:
    for name, reasons in found.left_out.items():
        print(f"left out: product {name}: {'; '.join(reasons)}", file=sys.stderr)
    for entry in found.entries.values():
        for one in entry.beside:
            print(f"left out: of product {found.readings[entry.key].system_name}: {one}", file=sys.stderr)
    for name, reasons in developers.left_out.items():
        print(f"left out: of developer {name}: {'; '.join(reasons)}", file=sys.stderr)


def _written(source: Source, found: Catalogue, developers: People, place: Path, wish: Wish) -> None:
    """Write the documents, then the entries that name them."""
    folder = place.with_suffix("")
    pages = {key: entry.document for key, entry in found.entries.items() if entry.document is not None}
    files = {key: folder / f"{key}.json" for key in pages}
    names = {key: path.relative_to(documents.PROJECT).as_posix() for key, path in files.items()}
    for key, path in files.items():
        output.write(path, output.document_text(pages[key]))
    output.write(place, output.text(found, names, developers.accounts, source.api.admin_url))
    people_too = f", {len(developers.accounts)} accounts" if wish.accounts else ""
    print(f"{place}: {len(found.entries)} models, {len(found.plans)} plans{people_too}, {len(files)} documents")
