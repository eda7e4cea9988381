"""One cell of the table: a course with one fault at one call, the next run after it, and what is left then."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from operations.recover import lookup
from tests.dynamic_providers.faults.dump import Told, differences, told
from tests.dynamic_providers.faults.emulator import Call, Running, Saved
from tests.dynamic_providers.faults.kinds import Trouble
from tests.dynamic_providers.faults.model import Course
from tests.dynamic_providers.faults.nursery import BornHost, Nursery
from tests.dynamic_providers.threescale.tenant import CANARY
from tests.support.small_engine import Declared, Killed, RunFailed, SmallEngine, State

SERVICE_TOKEN_SECONDS, PURGE_SECONDS = 0.05, 0.15
"""Delays of the emulator's jobs, on a clock that moves by a tenth of a second with each request."""
TRIES = 3
SWITCH = "`adopt: true`"
"""What an error names that a person has to answer."""


@dataclass(frozen=True)
class Prepared:
    """Where a course begins, what it asks, and what is there when nothing goes wrong."""

    course: Course
    saved: Saved
    state: State
    calls: tuple[Call, ...]
    wanted: Told


@dataclass(frozen=True)
class Verdict:
    """What became of one cell."""

    problems: tuple[str, ...] = ()
    """What is wrong at the end; nothing when the next run converged."""
    healed: bool = False
    """The run with the fault succeeded by itself."""
    adopted: bool = False
    """The next run was refused with the switch to declare, and converged with it."""
    met: bool = True
    """Whether the call was asked at all."""


class Proof:
    """A tenant and a nursery, in which one cell after the other is tried."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
            self._nursery = stack.enter_context(Nursery(folder))
            self.tenant = stack.enter_context(
                Running(service_token_delay=SERVICE_TOKEN_SECONDS, purge_delay=PURGE_SECONDS)
            )
            self.settings = {"adminUrl": self.tenant.url, "accessToken": CANARY, "caBundle": ""}
            self._fresh = self.tenant.saved()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def renew(self) -> None:
        """Make the tenant a new one again."""
        self.tenant.put_back(self._fresh)

    def host(self) -> BornHost:
        """Return a new plugin process for this tenant, as a context."""
        return BornHost(self.settings, nursery=self._nursery)

    def prepared(self, course: Course) -> Prepared:
        """Bring a new tenant to where the course begins, then run it without a fault and record what it asks."""
        self.renew()
        state = State()
        self._run(state, lambda engine: engine.up(course.before))
        saved, begun = self.tenant.saved(), state.copy()
        self.tenant.aimed.begin()
        self._run(state, lambda engine: _go(engine, course.after))
        calls = tuple(self.tenant.aimed.calls)
        return Prepared(course, saved, begun, calls, told(self.tenant.rows()))

    def tried(self, prepared: Prepared, call: Call, trouble: Trouble) -> Verdict:
        """Run the course with one fault, then the next run if it failed, and compare.

        Once more, and then again, where the call was not asked: on a busy machine an answer before it can come later
        than the shortened times allow, and the run then ends too early.
        """
        for _ in range(TRIES - 1):
            verdict = self._tried(prepared, call, trouble)
            if verdict.met:
                return verdict
        return self._tried(prepared, call, trouble)

    def _tried(self, prepared: Prepared, call: Call, trouble: Trouble) -> Verdict:
        self.tenant.put_back(prepared.saved)
        state, after = prepared.state.copy(), prepared.course.after
        failed = self._disturbed(state, after, call, trouble)
        met = self.tenant.aimed.hit
        self.tenant.aimed.begin()
        adopted = False
        if failed:
            refused = self._next(state, after)
            adopted = SWITCH in refused
            refused = self._next(state, _adopting(after)) if adopted else refused
            if refused:
                return Verdict((f"{failed}; then {refused}",), met=met)
        problems = [*differences(prepared.wanted, told(self.tenant.rows())), *self._not_at_rest(state, after)]
        return Verdict(tuple(problems), healed=not failed, adopted=adopted, met=met)

    def _disturbed(self, state: State, after: Sequence[Declared], call: Call, trouble: Trouble) -> str:
        """Return how the run with the fault failed; "" when it did not."""
        with self.host() as host:
            self.tenant.aimed.begin(trouble.aim(call, host))
            try:
                _go(SmallEngine(host, state), after)
            except Killed as killed:
                return f"killed in {killed}"
            except RunFailed as failed:
                return str(failed)
            return ""

    def _next(self, state: State, after: Sequence[Declared]) -> str:
        """Recover what the run left pending, then run again; returns why that failed, "" when it did not."""

        def again(engine: SmallEngine) -> None:
            if state.pending:
                engine.recover(lookup.threescale(self.settings), self.settings)
            _go(engine, after)

        try:
            self._run(state, again)
        except RunFailed as failed:
            return str(failed)
        return ""

    def _not_at_rest(self, state: State, after: Sequence[Declared]) -> list[str]:
        """Return what one more `up --refresh` would do; nothing when all is as declared."""

        def refreshed(engine: SmallEngine) -> None:
            engine.refresh()
            _go(engine, after)

        self.tenant.aimed.begin()
        try:
            steps = self._run(state, refreshed)
        except RunFailed as failed:
            return [f"one more run: {failed}"]
        writes = [str(call) for call in self.tenant.aimed.calls if call.method != "GET"]
        return [f"one more run: {one}" for one in (*steps, *writes)]

    def _run(self, state: State, work: Callable[[SmallEngine], object]) -> list[str]:
        """Do `work` in a plugin process of its own and return the steps."""
        with self.host() as host:
            engine = SmallEngine(host, state)
            work(engine)
            said = [*host.transcript, *host.lines]
            assert not [text for text in said if CANARY in text], "the access token was told"
            return engine.steps


def _go(engine: SmallEngine, after: Sequence[Declared]) -> None:
    """Bring everything to `after`; nothing declared is a destroy."""
    if after:
        engine.up(after)
    else:
        engine.destroy()


def _adopting(after: Sequence[Declared]) -> list[Declared]:
    """Return the same with `adopt: true` wherever a resource knows it."""
    return [
        replace(one, inputs={**one.inputs, "adopt": True}) if "adopt" in one.provider.props.model_fields else one
        for one in after
    ]
