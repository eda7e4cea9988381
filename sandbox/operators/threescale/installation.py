"""What an APIManager asks for, read once from its spec with the operator's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

RELEASES = {"0.12": "2.15", "0.13": "2.16"}
"""3scale's release by the first two numbers of its operator's version (3scale-operator, version/version.go)."""
DEFAULT_VERSION = "0.12.4"
_DEFAULTS: Manifest = {
    "appLabel": "3scale-api-management",
    "tenantName": "3scale",
    "resourceRequirementsEnabled": True,
    "apicast": {
        "managementAPI": "status",
        "openSSLVerify": False,
        "responseCodes": True,
        "registryURL": "http://apicast-staging:8090/policies",
        "stagingSpec": {},
        "productionSpec": {},
    },
    "backend": {"listenerSpec": {}, "workerSpec": {}, "cronSpec": {}},
    "system": {"appSpec": {}, "sidekiqSpec": {}, "searchdSpec": {}},
    "zync": {"appSpec": {}, "queSpec": {}},
}
"""What the operator writes into the spec (3scale-operator, apis/apps/v1alpha1/apimanager_types.go, SetDefaults)."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """One 3scale in one namespace."""

    manager: Manifest
    """The APIManager, owner of everything."""
    operator_version: str = DEFAULT_VERSION
    """Version of the operator that installs it."""

    @property
    def release(self) -> str:
        """3scale's release."""
        return RELEASES.get(".".join(self.operator_version.split(".")[:2]), RELEASES["0.12"])

    @property
    def only_external(self) -> bool:
        """Whether the release brings no databases of its own."""
        return tuple(int(number) for number in self.release.split(".")) >= (2, 16)

    @property
    def namespace(self) -> str:
        """Where it lives."""
        return str(self.manager["metadata"]["namespace"])

    @property
    def domain(self) -> str:
        """The wildcard domain of every host."""
        return str(self.spec["wildcardDomain"])

    @property
    def tenant(self) -> str:
        """The tenant's name, part of every host."""
        return str(self.spec.get("tenantName") or _DEFAULTS["tenantName"])

    @property
    def app_label(self) -> str:
        """The label `app` of every object."""
        return str(self.spec.get("appLabel") or _DEFAULTS["appLabel"])

    @property
    def spec(self) -> Manifest:
        """The spec as written."""
        spec: Manifest = self.manager["spec"]
        return spec

    @property
    def zync(self) -> bool:
        """Whether zync runs."""
        return bool(self.setting("zync", "enabled", default=True))

    def external(self, part: str, what: str) -> bool:
        """Whether a database is brought by the user: `system`/`database`, `system`/`redis`, `backend`/`redis`."""
        return bool(self.setting("externalComponents", part, what, default=False))

    def setting(self, *path: str, default: object = None) -> Any:  # noqa: ANN401 - a field of any type
        """A field of the spec by its path."""
        value: Any = self.spec
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return default if value is None else value

    def missing_defaults(self) -> Manifest:
        """The defaults that the spec does not have yet, as a merge patch of the spec; empty when complete."""
        return _missing(self.spec, _DEFAULTS)


def _missing(present: Manifest, defaults: Manifest) -> Manifest:
    patch: Manifest = {}
    for key, value in defaults.items():
        if key not in present:
            patch[key] = value
        elif isinstance(value, dict) and (inner := _missing(present[key], value)):
            patch[key] = inner
    return patch
