"""A container's environment, resolved like a kubelet does: values, references, `$(NAME)`."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sandbox.kube.client import Json

    Read = Callable[[str, str], Awaitable[Json | None]]

_REFERENCE = re.compile(r"\$(\$|\(([^()]*)\))")
_SUBSCRIPT = re.compile(r"metadata\.(labels|annotations)\['([^']+)'\]")
_PLAIN_FIELDS = {
    "metadata.name": ("metadata", "name"),
    "metadata.namespace": ("metadata", "namespace"),
    "metadata.uid": ("metadata", "uid"),
    "spec.nodeName": ("spec", "nodeName"),
    "spec.serviceAccountName": ("spec", "serviceAccountName"),
    "status.podIP": ("status", "podIP"),
    "status.hostIP": ("status", "hostIP"),
}


class ConfigError(Exception):
    """The container cannot be configured: a Secret, ConfigMap, key or field is missing. Worded like a kubelet."""


class Environment:
    """Resolves the environment of one pod's containers; `read(collection, name)` fetches from the pod's namespace."""

    def __init__(self, pod: Json, read: Read) -> None:
        self._pod = pod
        self._read = read

    async def resolve(self, container: Json) -> dict[str, str]:
        """The variables of a container: `envFrom` first, `env` over it, later ones may refer to earlier ones.

        Raises:
            ConfigError: something that is not optional is missing.
        """
        found: dict[str, str] = {}
        for source in container.get("envFrom") or []:
            found |= await self._all_of(source)
        for variable in container.get("env") or []:
            value = await self._value(variable, container, found)
            if value is not None:
                found[variable["name"]] = value
        return found

    async def check_volumes(self) -> None:
        """Whether every Secret and ConfigMap the pod mounts exists.

        Raises:
            ConfigError: one that is not optional is missing.
        """
        for volume in self._pod["spec"].get("volumes") or []:
            for kind, key, field in (("secrets", "secret", "secretName"), ("configmaps", "configMap", "name")):
                source = volume.get(key)
                if source and not source.get("optional") and await self._read(kind, source[field]) is None:
                    missing = f'{key.lower()} "{source[field]}" not found'
                    raise ConfigError(f'MountVolume.SetUp failed for volume "{volume["name"]}" : {missing}')

    async def _all_of(self, source: Json) -> dict[str, str]:
        prefix = source.get("prefix", "")
        for collection, key in (("configmaps", "configMapRef"), ("secrets", "secretRef")):
            if reference := source.get(key):
                data = await self._data(collection, reference)
                return {prefix + name: value for name, value in (data or {}).items()}
        return {}

    async def _value(self, variable: Json, container: Json, so_far: dict[str, str]) -> str | None:
        source = variable.get("valueFrom")
        if not source:
            return expand(variable.get("value", ""), so_far)
        for collection, key, shown in (
            ("secrets", "secretKeyRef", "Secret"),
            ("configmaps", "configMapKeyRef", "ConfigMap"),
        ):
            if reference := source.get(key):
                return await self._key(collection, shown, reference)
        if reference := source.get("fieldRef"):
            return field_value(self._pod, reference["fieldPath"])
        if reference := source.get("resourceFieldRef"):
            group, _, name = reference["resource"].partition(".")
            return str((container.get("resources") or {}).get(group, {}).get(name, "0"))
        raise ConfigError(f"unsupported source of variable {variable['name']}: {', '.join(source)}")

    async def _key(self, collection: str, shown: str, reference: Json) -> str | None:
        optional = reference.get("optional", False)
        data = await self._data(collection, reference)
        if data is not None and reference["key"] in data:
            return data[reference["key"]]
        if optional:
            return None
        namespace = self._pod["metadata"]["namespace"]
        raise ConfigError(f"couldn't find key {reference['key']} in {shown} {namespace}/{reference['name']}")

    async def _data(self, collection: str, reference: Json) -> dict[str, str] | None:
        item = await self._read(collection, reference["name"])
        if item is None:
            if reference.get("optional"):
                return None
            raise ConfigError(f'{collection.removesuffix("s")} "{reference["name"]}" not found')
        data: dict[str, str] = item.get("data") or {}
        if collection == "secrets":
            return {name: base64.b64decode(value).decode("utf-8", errors="replace") for name, value in data.items()}
        return data


def field_value(pod: Json, path: str) -> str:
    """The value of a downward API field.

    Raises:
        ConfigError: the kubelet has no such field.
    """
    if subscript := _SUBSCRIPT.fullmatch(path):
        return str((pod["metadata"].get(subscript[1]) or {}).get(subscript[2], ""))
    if path not in _PLAIN_FIELDS:
        raise ConfigError(f"field label not supported: {path}")
    section, name = _PLAIN_FIELDS[path]
    return str(pod.get(section, {}).get(name, ""))


def expand(text: str, variables: dict[str, str]) -> str:
    """`$(NAME)` replaced by the variable, `$$` by `$`; a name that is not known stays as written."""

    def replaced(found: re.Match[str]) -> str:
        if found[1] == "$":
            return "$"
        return variables.get(found[2], found[0])

    return _REFERENCE.sub(replaced, text)


def arguments(container: Json, variables: dict[str, str]) -> Sequence[str]:
    """The container's command and arguments, with variables in place."""
    return [expand(word, variables) for word in (*(container.get("command") or ()), *(container.get("args") or ()))]
