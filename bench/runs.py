"""What is measured: each run makes what it compares with itself."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.engine import Project
from bench.figures import Figure
from bench.floor import GOAL, Model
from bench.tenant import Tenant

LIMITS = {"hits per day": 10_000, "total_tokens per day": 1_000_000, "total_tokens per minute": 60_000}
"""Limits of the one plan."""
ONE = Model(methods=5, limits=len(LIMITS))
"""A chat model as the catalogue's defaults make it: five operations."""
LATENCY_SECONDS = 0.1
GOAL_SECONDS = 60.0
"""For the largest catalogue at 100 ms per call, without checkpoints."""
GOAL_PREVIEW = 1.3
GOAL_POLICY_CALLS = 4
FIXED_CALLS = 8
"""Once per provider process, whatever the number of models: the lists of backends and products in which names are
looked up, two calls in each of at most four processes."""


def counted(models: int) -> str:
    """Return the number of models in words."""
    return "1 model" if models == 1 else f"{models} models"


class Bench:
    """All runs below one folder; prints each step as it begins."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._began = time.monotonic()
        self.figures: list[Figure] = []

    def all(self) -> list[Figure]:
        """Run everything and return the figures."""
        for models in sorted({1, min(10, self._most), self._most}):
            with self._catalogue(f"calls-{models}", models) as (tenant, project):
                self._configured(tenant, project, models)
                if models == self._most:
                    self._afterwards(tenant, project, models)
        self._slow()
        return self.figures

    def _configured(self, tenant: Tenant, project: Project, models: int) -> None:
        self._say(f"configure {counted(models)}, every state write skipped")
        seconds = project.up(checkpoints=False)
        calls, writes = tenant.asked()
        floor = models * ONE.calls
        good = calls <= GOAL * floor + FIXED_CALLS
        self._add(f"calls to configure {counted(models)}", calls, "calls", floor, f"≤ {GOAL} × floor", good=good)
        self._add(f"of them writes, {counted(models)}", writes, "writes")
        self._add(f"wall time, {counted(models)}, no latency, no checkpoints", seconds, "s")

    def _afterwards(self, tenant: Tenant, project: Project, models: int) -> None:
        size, resources = project.state()
        self._add(f"state of {models} models", size / 1000, "kB")
        self._add(f"resources in the state, {models} models", resources, "resources")
        self._unchanged(tenant, project)
        self._preview(tenant, project, resources, models)
        self._edits(tenant, project)

    def _unchanged(self, tenant: Tenant, project: Project) -> None:
        self._say("an up that changes nothing")
        tenant.forget()
        seconds = project.up()
        calls, writes = tenant.asked()
        self._add("calls of an `up` without a change", calls, "calls", goal="0", good=calls == 0)
        self._add("writes of an `up` without a change", writes, "writes", goal="0", good=writes == 0)
        self._add("wall time of an `up` without a change", seconds, "s")

    def _preview(self, tenant: Tenant, project: Project, resources: int, models: int) -> None:
        self._say(f"previews of {models} models, of the same without providers, of {resources} empty resources")
        inside = {"components": models, "resources": resources - models - 2}
        programs = [
            Project(self._folder / "fresh", "program", tenant.url, project.settings).prepare(),
            Project(self._folder / "hollow", "hollow", tenant.url, project.settings).prepare(),
            Project(self._folder / "empty", "empty", settings=inside).prepare(),
        ]
        tenant.forget()
        # Taking turns, so that what else the machine does meets all; the quickest of three is the least disturbed.
        turns = [[program.preview() for program in programs] for _ in range(3)]
        ours, hollow, empty = (min(column) for column in zip(*turns, strict=True))
        calls, _ = tenant.asked()
        what, goal = f"first preview of {models} models", f"≤ {GOAL_PREVIEW} × floor"
        self._add(f"{what}, over as many empty resources", ours, "s", empty, goal, good=ours <= GOAL_PREVIEW * empty)
        good = ours <= GOAL_PREVIEW * hollow
        self._add(f"{what}, over the same inputs without providers", ours, "s", hollow, goal, good=good)
        self._add(f"calls of the {what}", calls, "calls", goal="0", good=calls == 0)

    def _edits(self, tenant: Tenant, project: Project) -> None:
        self._say("one limit changed, then one policy")
        project.settings |= {"hits": LIMITS["hits per day"] + 1}
        tenant.forget()
        project.up()
        _, writes = tenant.asked()
        self._add("writes for one changed limit", writes, "writes", 1, "1", good=writes == 1)
        project.settings |= {"timeout": 299}
        tenant.forget()
        project.up()
        calls, _ = tenant.asked()
        self._add(
            "calls for one changed policy, live in production",
            calls,
            "calls",
            4,
            "≤ 4",
            good=calls <= GOAL_POLICY_CALLS,
        )

    def _slow(self) -> None:
        times: dict[str, float] = {}
        for name, checkpoints in (("without", False), ("with", True)):
            with self._catalogue(f"slow-{name}", self._most) as (tenant, project):
                self._say(f"configure {self._most} models at 100 ms per call, {name} checkpoints")
                tenant.slow_down(LATENCY_SECONDS)
                times[name] = project.up(checkpoints=checkpoints)
        what = f"wall time, {self._most} models, 100 ms per call"
        met = times["without"] <= GOAL_SECONDS
        self._add(f"{what}, no checkpoints", times["without"], "s", goal=f"≤ {GOAL_SECONDS:.0f} s", good=met)
        self._add(f"{what}, with checkpoints", times["with"], "s")
        self._add("cost of the file backend's state writes", times["with"] - times["without"], "s")

    @contextmanager
    def _catalogue(self, name: str, models: int) -> Iterator[tuple[Tenant, Project]]:
        folder = self._folder / name
        with Tenant(folder / "tenant") as tenant:
            settings = {"models": models, "limits": LIMITS}
            yield tenant, Project(folder / "project", "program", tenant.url, settings).prepare()

    def _add(  # noqa: PLR0913 - the fields of a figure
        self,
        what: str,
        value: float,
        unit: str,
        floor: float | None = None,
        goal: str = "",
        *,
        good: bool | None = None,
    ) -> None:
        self.figures.append(Figure(what=what, value=value, unit=unit, floor=floor, goal=goal, good=good))

    def _say(self, what: str) -> None:
        sys.stderr.write(f"[{time.monotonic() - self._began:6.1f} s] {what}\n")
        sys.stderr.flush()
