"""What the engine's operations need of a resource type; each type fills it in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.errors import KeycloakError

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.api import AdminApi
    from toolchain.stand_ins.keycloak.schema import Fields
    from toolchain.stand_ins.keycloak.values import Values


class Resource(ABC):
    """One resource type. `wanted` is always the completed input: every field has a value."""

    type_name: str
    """Type token without the package, for example `index/realm:Realm`."""
    fields: Fields
    deletes_first: bool = False
    """Whether a replacement deletes the old object first."""

    def problems(self, _inputs: Values) -> list[tuple[str, str]]:
        """What a Check refuses beyond the fields' own rules: property and sentence."""
        return []

    def recomputed(self, _changed: set[str]) -> set[str]:
        """Outputs that the server makes anew when the named inputs change."""
        return set()

    @abstractmethod
    def create(self, api: AdminApi, wanted: Values) -> tuple[str, Values]:
        """The id of the new object and what the server has of it."""

    @abstractmethod
    def read(self, api: AdminApi, id_: str, state: Values) -> Values | None:
        """What the server has of the object; None, or an ApiError that is `gone`, when it has none."""

    @abstractmethod
    def update(self, api: AdminApi, id_: str, state: Values, wanted: Values) -> Values:
        """What the server has after the change; `state` is how it was."""

    @abstractmethod
    def delete(self, api: AdminApi, id_: str, state: Values) -> None:
        """Remove the object."""

    def imported(self, _api: AdminApi, _import_id: str) -> tuple[str, Values] | None:
        """The id and the first state of an object to import; None for a type that cannot be imported."""
        return None


def parts(import_id: str, form: str) -> list[str]:
    """The parts of an import id such as `<realm>/{uuid}`.

    Raises:
        KeycloakError: when it has another number of parts.
    """
    found = import_id.split("/")
    if len(found) != form.count("/") + 1:
        raise KeycloakError(f"Invalid import. Supported import formats: {form}")
    return found


def clashes(fields: Fields, container: str, inputs: Values) -> list[tuple[str, str]]:
    """Keys of `extraConfig` that have an argument of their own; `container` is where Keycloak keeps both."""
    arguments = {field.wire[-1] for field in fields.values() if field.wire[:1] == (container,)}
    reason = "is not allowed, as it conflicts with a top-level schema attribute."
    return [
        ("extraConfig", f'Invalid extra_config key. extra_config key "{key}" {reason}')
        for key in sorted(arguments & (inputs.get("extraConfig") or {}).keys())
    ]
