"""From the stack file to the Jobs that copy models; pure."""

import json
from dataclasses import dataclass

from components.config import Settings
from components.config.model_source import MAIN, HuggingFace
from components.config.storage import ObcStore
from components.custom_resources import Manifest, digest
from components.site.script_job import ScriptJob, script_job

SCRIPT_MAP = "model-import"
"""ConfigMap with the package that the Jobs run."""

SECRET = "model-import"  # noqa: S105 - the name of a Secret, not its contents
"""Secret with the bucket's key and the hub's token."""

_ROOM = 43
"""Characters of a model's key in the name of its Job: with `-import-` and a fingerprint of ten a label of 63 holds it,
and the Job controller makes a label of the name (Kubernetes, Jobs)."""


@dataclass(frozen=True, kw_only=True)
class Import:
    """One folder of the bucket, and what it is filled from."""

    key: str
    """The first model that asks for it."""
    prefix: str
    """The folder."""
    source: HuggingFace
    """Repository, revision and patterns."""


def needed_imports(settings: Settings) -> dict[str, Import]:
    """Folder of the bucket to what fills it: one import for all models of the same repository and revision."""
    found: dict[str, Import] = {}
    for key, model in settings.models.items():
        if (source := model.source.huggingface) is not None:
            found.setdefault(source.prefix, Import(key=key, prefix=source.prefix, source=source))
    return found


def import_job(settings: Settings, wanted: Import, *, service_authority: bool) -> Manifest:
    """The Job; its name changes with what it copies, so that the same import is never run twice."""
    image = settings.model_import.image or ""
    task = import_task(settings, wanted)
    fingerprint = digest({"image": image, "key": wanted.key, "task": task, "store": _where(settings)})[:10]
    return script_job(
        ScriptJob(
            name=f"{wanted.key[:_ROOM].rstrip('-')}-import-{fingerprint}",
            namespace=settings.namespaces.models,
            image=image,
            config_map=SCRIPT_MAP,
            arguments=[json.dumps(task, sort_keys=True)],
            secret=SECRET,
            service_authority=service_authority,
            seconds=settings.waits.model_import_seconds,
        )
    )


def import_task(settings: Settings, wanted: Import) -> dict[str, object]:
    """What the script is told: hub, repository, revision, patterns and folder."""
    return {
        "hub": settings.model_import.hub.rstrip("/"),
        "repo": wanted.source.repo,
        "revision": wanted.source.revision or MAIN,
        "allow": [*wanted.source.allow],
        "deny": [*wanted.source.deny],
        "prefix": wanted.prefix,
    }


def _where(settings: Settings) -> dict[str, object]:
    """Which bucket is filled: another one needs another copy."""
    store = settings.model_store
    # A server's volume stays on its class, whatever is declared later.
    more = {"storage_class_name"} if isinstance(store, ObcStore) else set()
    return store.model_dump(include={"kind", "endpoint", "bucket"} | more) if store is not None else {}
