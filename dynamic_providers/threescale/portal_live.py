"""What the developer portal of a tenant holds of what is declared: as inputs, and as the state keeps them."""

from typing import TYPE_CHECKING

from dynamic_providers.json_object import Json
from dynamic_providers.threescale.portal_changes import foreign
from dynamic_providers.threescale.portal_template import digest

if TYPE_CHECKING:
    from dynamic_providers.threescale.portal_holdings import Holdings
    from dynamic_providers.threescale.portal_memory import Memory


def live(held: "Holdings", known: Json, memory: "Memory") -> Json:
    """Return what is there of the inputs `known`, and what others have put into sections that were made here.

    What is not declared of an object is not shown either; what the server does not tell stays as it is known.
    """
    templates, files = known["templates"], known["files"]
    pages, others = foreign(held, known, memory) if known["foreign"] == "remove" else ([], [])
    shown = {key: held.templates.shown(key, templates[key]["content"]) for key in templates if key in held.templates}
    declared = {
        key: templates[key] | {name: told[name] for name in told if name in templates[key]}
        for key, told in shown.items()
    }
    return {
        "sections": {name: held.sections.shown(name) for name in known["sections"] if name in held.sections},
        "templates": declared | {key: held.templates.shown(key) for key in pages},
        "files": {path: held.files.shown(path, file) for path, file in files.items() if path in held.files}
        | {path: held.files.shown(path, {"source": "", "sha256": ""}) for path in others},
    }


def state(inputs: Json) -> Json:
    """Return inputs as outputs: a digest in place of each text, which the state holds among the inputs already."""
    templates = inputs["templates"].items()
    return inputs | {"templates": {key: one | {"content": digest(one["content"])} for key, one in templates}}
