"""SecretCopy: a Secret of one namespace under another name in another one. Its contents never reach the state."""

import hashlib
import json
from dataclasses import dataclass
from typing import Annotated

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult
from pydantic import Field

from dynamic_providers.cluster.errors import Refused
from dynamic_providers.cluster.gate import ClusterProvider
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json

Name = Annotated[str, Field(min_length=1)]
COPY_OF = "maas/copy-of"
"""Annotation by which a copy of ours is told from a Secret of somebody else; its value names the original."""


@dataclass(frozen=True, kw_only=True)
class SecretCopyArgs:
    """What a caller declares."""

    from_namespace: Input[str]
    from_name: Input[str]
    namespace: Input[str]
    name: Input[str]


class SecretCopyProps(Props):
    """The same fields, resolved."""

    from_namespace: Name
    from_name: Name
    namespace: Name
    name: Name


class SecretCopyProvider(ClusterProvider):
    """Reads one Secret and writes another one; the state has a fingerprint of the contents alone."""

    props = SecretCopyProps
    replace_on = frozenset({"from_namespace", "from_name", "namespace", "name"})

    def create(self, props: Json) -> CreateResult:
        """Copy; a Secret of that name that is no copy of the same original is somebody else's."""
        wanted = self.canonical(props)
        return CreateResult(f"{wanted['namespace']}/{wanted['name']}", wanted | self._copied(wanted))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Copy again."""
        wanted = self.canonical(_news)
        return UpdateResult(wanted | self._copied(wanted))

    def diff(self, _id: str, _olds: Json, _news: Json) -> DiffResult:
        """A copy that a refresh found to be old or changed is written again."""
        found = super().diff(_id, _olds, _news)
        stale = _olds.get("fingerprint") == STALE
        return DiffResult(
            changes=True if stale else found.changes,
            replaces=found.replaces,
            delete_before_replace=found.delete_before_replace,
        )

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return a fingerprint that says whether the copy is still one; no id when it is gone."""
        known = self.canonical(props)
        copy, original = self._copy(known), self._original(known)
        if copy is None:
            return ReadResult(None, {})
        same = original is not None and _contents(copy) == _contents(original)
        return ReadResult(id_, known | {"fingerprint": _fingerprint(copy) if same else STALE}, known)

    def delete(self, _id: str, _props: Json) -> None:
        """Delete the copy; what is no copy stays."""
        known = self.canonical(_props)
        copy = self._copy(known)
        if copy is not None and _is_copy(copy, known):
            self.cluster.delete(f"{_collection(known['namespace'])}/{known['name']}")

    def _copied(self, wanted: Json) -> Json:
        original, copy = self._original(wanted), self._copy(wanted)
        asked = f"copy Secret {_source(wanted)} to {wanted['namespace']}/{wanted['name']}"
        if original is None:
            raise Refused(
                asked, "the original does not exist", "Only a Secret that exists is copied", "Create it first"
            )
        if copy is not None and not _is_copy(copy, wanted):
            raise Refused(
                asked,
                "there is another Secret of that name",
                "Only a name that is free is taken",
                "Delete it, or turn the copy off",
            )
        contents, collection = _contents(original), _collection(wanted["namespace"])
        if copy is None:
            metadata = {"name": wanted["name"], "annotations": {COPY_OF: _source(wanted)}}
            self.cluster.create(collection, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, **contents})
        else:
            self.cluster.patch(f"{collection}/{wanted['name']}", {"data": contents["data"]})
        return {"fingerprint": _fingerprint(original)}

    def _original(self, known: Json) -> Json | None:
        return self.cluster.get(f"{_collection(known['from_namespace'])}/{known['from_name']}")

    def _copy(self, known: Json) -> Json | None:
        return self.cluster.get(f"{_collection(known['namespace'])}/{known['name']}")


STALE = "(not what the original says)"
"""Fingerprint of a copy that is none any more."""


def _collection(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/secrets"


def _source(known: Json) -> str:
    return f"{known['from_namespace']}.{known['from_name']}"


def _is_copy(copy: Json, known: Json) -> bool:
    return (copy["metadata"].get("annotations") or {}).get(COPY_OF) == _source(known)


def _contents(secret: Json) -> Json:
    return {"type": secret.get("type") or "Opaque", "data": secret.get("data") or {}}


def _fingerprint(secret: Json) -> str:
    """16 hexadecimal digits of the contents: too few to guess at them, enough to see a change."""
    return hashlib.sha256(json.dumps(_contents(secret), sort_keys=True).encode()).hexdigest()[:16]


class SecretCopy(DeclaredResource, module="cluster", name="SecretCopy"):
    """A copy of a Secret."""

    fingerprint: Output[str]

    def __init__(self, name: str, args: SecretCopyArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(SecretCopyProvider(), name, args, opts)
