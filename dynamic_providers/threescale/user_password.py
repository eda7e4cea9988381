"""The password of a user as an input: sent when it is new, never read back, never kept.

3scale cannot be asked which password it has. So a salted trace of the last one that was sent is kept, which tells
whether the declared one is the same. A password changed by its owner is no difference.
"""

from typing import TYPE_CHECKING

from pulumi.dynamic import CheckResult, CreateResult, ReadResult, UpdateResult

from dynamic_providers.json_object import Json
from dynamic_providers.threescale import password_trace, user_refusals
from dynamic_providers.threescale.entity import EntityProvider
from dynamic_providers.threescale.errors import ThreescaleError
from dynamic_providers.threescale.secret_input import without_value

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

PASSWORD = "password"  # noqa: S105 - the name of a field


class PasswordProvider(EntityProvider):
    """An entity with an optional input `password`."""

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs; a password that is the one of the state stays as the state has it."""
        checked = without_value(super().check(_olds, news), PASSWORD, "a text that is not empty")
        # A replacement is a creation, which needs the password itself.
        replaced = self._replacing(self.canonical(_olds), checked.inputs)
        return CheckResult(checked.inputs | ({} if replaced else _unchanged(checked.inputs, _olds)), checked.failures)

    def create(self, props: Json) -> CreateResult:
        """Make the user.

        Raises:
            ThreescaleError: there is only the trace of a password.
        """
        if password_trace.is_trace(props.get(PASSWORD)):
            raise ThreescaleError(
                f"create {self.entity.title} {props[self.entity.natural_key]!r}",
                "the state has only a trace of its password",
                "Allowed is a password as it is declared",
                "Declare the password again, then run again",
            )
        return super().create(props)

    def converge(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Bring the user to `wanted`; a password that may be new is sent."""
        item = super().converge(api, item, wanted)
        password = wanted.get(PASSWORD)
        if password and not password_trace.is_trace(password):
            with user_refusals.explained(api, "update", wanted):
                self.put(api, item, {PASSWORD: password}, wanted)
        return item

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Bring the user to the declared inputs; the password that was sent the last time is not sent again."""
        return super().update(_id, _olds, _news | _unchanged(_news, _olds))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return what 3scale holds.

        Where a password is declared and nothing differs, the inputs are left as the state has them: the trace in the
        place of the password would show as a difference.
        """
        found = super().read(id_, props)
        if PASSWORD in props and found.inputs == self.canonical(props):
            return ReadResult(found.id, found.outs)
        return found

    def state(self, item: Json, known: Json) -> Json:
        """Return inputs and outputs, of a password only the trace."""
        state = super().state(item, known)
        password = state.get(PASSWORD)
        return state | {PASSWORD: password_trace.of(password)} if password else state


def _unchanged(news: Json, olds: Json) -> Json:
    kept = olds.get(PASSWORD)
    return {PASSWORD: kept} if password_trace.same(news.get(PASSWORD), kept) else {}
