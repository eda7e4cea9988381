"""Courses through the life of a catalogue: rounds of edits and hand edits, each ended by `up --refresh`."""

import tempfile
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hypothesis import strategies as st

from dynamic_providers.threescale.client import AdminApi
from tests.dynamic_providers.catalogue.catalogue import Catalogue, new, program
from tests.dynamic_providers.catalogue.edits import EDITS, Edit
from tests.dynamic_providers.catalogue.hands import HAND_EDITS, ByHand
from tests.dynamic_providers.catalogue.meaning import Holdings, Rows, alive, differences, live, meant, meant_live
from tests.dynamic_providers.faults.emulator import Running
from tests.dynamic_providers.faults.nursery import BornHost, Nursery
from tests.dynamic_providers.threescale.tenant import CANARY
from tests.support.plugin_host import Json
from tests.support.small_engine import RunFailed, SmallEngine, State

SERVICE_TOKEN_SECONDS, PURGE_SECONDS = 0.05, 0.15
"""Delays of the emulator's jobs, on a clock that moves by a tenth of a second with each request."""
PATIENT_SECONDS = 60.0
"""No fault is ordered here: every answer comes, on a busy machine a late one."""
FIRST = ("tiny", "small")
"""Models that are up when a course begins."""
SCOPES = ["account_management", "policy_registry"]


@dataclass(frozen=True)
class Round:
    """What happens between two runs."""

    edits: Sequence[Edit] = ()
    by_hand: Sequence[ByHand] = ()
    blind: bool = False
    """An `up` without a refresh comes first; it may fail where somebody edited by hand."""


ROUNDS: st.SearchStrategy[Round] = st.builds(
    Round,
    edits=st.lists(EDITS, max_size=4),
    by_hand=st.lists(HAND_EDITS, max_size=4),
    blind=st.booleans(),
)


class Course(ABC):
    """A catalogue and the tenant that it is declared for."""

    def __init__(self, catalogue: Catalogue, apis: Mapping[str, AdminApi]) -> None:
        """`apis` are those of the people who edit by hand."""
        self.catalogue, self.apis = catalogue, apis

    @abstractmethod
    def rows(self) -> Rows:
        """Return everything that the tenant holds."""

    @abstractmethod
    def up(self) -> list[str]:
        """Do `up --refresh`; return the steps and writes of it."""

    @abstractmethod
    def up_without_refresh(self, *, may_fail: bool) -> None:
        """Do `up`."""

    def went(self, one: Round) -> None:
        """Do one round, then see that the tenant is what the catalogue means and that nothing is left to write."""
        self.edit(one)
        if one.blind:
            self.up_without_refresh(may_fail=bool(one.by_hand))
        self.up()
        assert self.wrong() == []
        assert self.up() == [], "a second `up --refresh` had something to do"

    def edit(self, one: Round) -> None:
        """Make the edits of a round, first those of the catalogue."""
        for edit in one.edits:
            self.catalogue = edit.of(self.catalogue)
        for hand in one.by_hand:
            hand.on(self.rows(), self.apis)

    def wrong(self) -> list[str]:
        """Return one line for each thing that is not what the catalogue means: on the tenant, or at its gateways."""
        rows, lines = self.rows(), []
        for kind, part in (("service", "product"), ("backend_api", "backend")):
            declared = sorted(["api", *(str(model[part]["system_name"]) for model in self.catalogue.values())])
            lines += differences(declared, sorted(one["system_name"] for one in alive(rows, kind)), kind)
        for key, model in {} if lines else self.catalogue.items():
            held = Holdings(rows, model["product"]["system_name"])
            lines += differences(meant(model, key), held.told(model), key)
            production = live(self._production(held.product["id"]), rows, model)
            lines += differences(meant_live(model), production, f"production of {key}")
        return lines

    def _production(self, product: int) -> Json:
        newest = self.apis["owner"].item("GET", f"services/{product}/proxy/configs/production/latest")
        content: Json = newest["content"]
        return content


class SmallCourse(Course):
    """A course under the small engine: a new plugin process for each run."""

    def __init__(self, workplace: "Workplace", catalogue: Catalogue, state: State) -> None:
        """Go on where `state` was left."""
        super().__init__(catalogue, workplace.apis)
        self.state, self._workplace = state, workplace

    def rows(self) -> Rows:
        """Return everything; jobs of the tenant are run to their end before."""
        return self._workplace.tenant.rows()

    def up(self) -> list[str]:
        """Read everything, then bring it to the catalogue; the process tells no secret."""
        calls = self._workplace.tenant.aimed
        calls.begin()
        with self._workplace.host() as host:
            engine = SmallEngine(host, self.state)
            engine.refresh()
            engine.up(program(self.catalogue))
            assert not [text for text in (*host.transcript, *host.lines) if CANARY in text], "a secret was told"
        return [*engine.steps, *(str(call) for call in calls.calls if call.method != "GET")]

    def up_without_refresh(self, *, may_fail: bool) -> None:
        """Bring what the state knows to the catalogue."""
        with self._workplace.host() as host:
            try:
                SmallEngine(host, self.state).up(program(self.catalogue))
            except RunFailed:
                if not may_fail:
                    raise


class Workplace:
    """An emulated tenant, plugin processes for it, and two people with tokens of their own."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="catalogue-")))
            self._nursery = stack.enter_context(Nursery(folder, PATIENT_SECONDS))
            self.tenant = stack.enter_context(
                Running(service_token_delay=SERVICE_TOKEN_SECONDS, purge_delay=PURGE_SECONDS)
            )
            self.apis = people(self.tenant.url)
            self._first = SmallCourse(self, new(*FIRST), State())
            self._first.up()
            assert self._first.wrong() == []
            self._saved = self.tenant.saved()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def host(self) -> BornHost:
        """Return a new plugin process, as a context."""
        settings = {"adminUrl": self.tenant.url, "accessToken": CANARY, "caBundle": ""}
        return BornHost(settings, nursery=self._nursery)

    def course(self) -> SmallCourse:
        """Return a new course: the first models are up."""
        self.tenant.put_back(self._saved)
        return SmallCourse(self, self._first.catalogue, self._first.state.copy())


def people(url: str) -> dict[str, AdminApi]:
    """Return the clients of the provider's owner, and of a second administrator, who is made for it."""
    owner = AdminApi(url, CANARY)
    user = {"username": "colleague", "email": "colleague@example.com", "password": "colleague-1"}
    id_ = owner.item("POST", "users", user)["id"]
    for event in ("activate", "admin"):
        owner.call("PUT", f"users/{id_}/{event}")
    token = {"name": "by hand", "permission": "rw", "scopes": SCOPES}
    value = owner.item("POST", f"users/{id_}/access_tokens", {"token": token})["value"]
    return {"owner": owner, "colleague": AdminApi(url, str(value))}
