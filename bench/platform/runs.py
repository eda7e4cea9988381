"""Runs the platform at each size of the catalogue, and beside it as many empty resources."""

from pathlib import Path
from typing import Any

from bench.engine import PARALLEL, BenchError, Project
from bench.floor import Model
from bench.platform.growth import Pair
from bench.platform.measured import Size, counted
from bench.platform.phases import phases
from bench.platform.progress import Progress
from bench.platform.project import Platform, Ran
from bench.platform.sandbox import Sandbox, calls, writes
from bench.platform.stack_file import stack_file
from bench.platform.steps import written_objects
from bench.platform.waits import longest_chain, most_held, needs

ONE = Model(methods=5, limits=1)
"""A model of the stack file: a chat model has five operations, the plan one limit."""
_HELD_SHOWN = 8
_KILO = 1000
_MEGA = 1_000_000


class Bench:
    """All sizes below one folder."""

    def __init__(self, folder: Path, sizes: list[int]) -> None:
        self._folder = folder
        self._progress = Progress(sizes)
        self._sizes = sizes

    def all(self) -> list[Size]:
        """Run everything and return what was found, by size."""
        return [_Run(self._folder / f"{models}", models, self._progress).measured() for models in self._sizes]


class _Run:
    """One size: a sandbox, everything that is done on it, and then the floors."""

    def __init__(self, folder: Path, models: int, progress: Progress) -> None:
        self._folder = folder
        self._models = models
        self._progress = progress
        self._size = Size(models=models)
        self._made: list[dict[str, Any]] = []

    def measured(self) -> Size:
        self._begin("start", "start a sandbox")
        with Sandbox(self._folder / "sandbox") as sandbox:
            platform = Platform(self._folder / "stack", sandbox.environment).prepare(stack_file(self._models))
            self._begin("preview", "first preview")
            seconds, ahead = platform.preview()
            self._put("preview", seconds)
            self._first(sandbox, platform, ahead)
            self._unchanged(sandbox, platform)
            more = self._one_more(sandbox, platform)
            self._begin("destroy", "destroy")
            self._put("destroy", platform.destroy(self._progress.resources(len(self._made) + more)).seconds)
            if left := platform.state()[1]:
                raise BenchError(f"`pulumi destroy` left {len(left)} resources in the state")
        self._begin("floor", "as many empty resources")
        self._floors(more)
        return self._size

    def _first(self, sandbox: Sandbox, platform: Platform, ahead: int) -> None:
        self._begin("up", "first up")
        sandbox.forget()
        ran = platform.up(listener=self._progress.resources(ahead))
        asked = sandbox.asked()
        size, self._made = platform.state()
        self._put("up", ran.seconds)
        self._put("resources", len(self._made))
        self._put("state", size / _KILO)
        self._put("calls", calls(asked, "threescale"), self._models * ONE.calls)
        self._put("writes", writes(asked, "kubernetes"), written_objects(ran.told.steps))
        memory, self._size.servers = sandbox.memory()
        self._put("memory", memory / _MEGA)
        self._explain(ran)

    def _explain(self, ran: Ran) -> None:
        needed = needs(self._made)
        self._size.phases = phases(ran.told.steps)
        self._size.chain = longest_chain(ran.told.steps, needed)
        self._size.held = most_held(ran.told.steps, needed, _HELD_SHOWN)

    def _unchanged(self, sandbox: Sandbox, platform: Platform) -> None:
        self._begin("unchanged", "preview and up without a change")
        self._put("again-preview", platform.preview()[0])
        sandbox.forget()
        self._put("again-up", platform.up("--expect-no-changes").seconds)
        asked = sandbox.asked()
        written = sum(writes(asked, part) for part in ("threescale", "kubernetes", "keycloak"))
        self._put("again-writes", written)

    def _one_more(self, sandbox: Sandbox, platform: Platform) -> int:
        """Add a model; returns how many resources it has."""
        self._begin("one more", "one model more")
        platform.configure(stack_file(self._models + 1))
        self._put("more-preview", platform.preview()[0])
        sandbox.forget()
        ran = platform.up(listener=self._progress.resources(len(self._made)))
        asked = sandbox.asked()
        before = {one["urn"] for one in self._made}
        made = [one for one in platform.state()[1] if one["urn"] not in before]
        self._put("more-up", ran.seconds)
        self._put("more-resources", len(made))
        self._put("more-calls", calls(asked, "threescale"), ONE.calls)
        self._put("more-writes", writes(asked, "threescale"))
        self._put("more-cluster-writes", writes(asked, "kubernetes"), written_objects(ran.told.steps))
        return len(made)

    def _floors(self, more: int) -> None:
        """Measure the same with resources that have nothing in them, on the same backend."""
        components = sum(not one.get("custom") for one in self._made) - 1
        custom = len(self._made) - components - 2
        project = Project(self._folder / "empty", "empty", settings={"components": components, "resources": custom})
        project.prepare()
        self._floor("preview", project.preview())
        self._floor("up", project.up(checkpoints=False))
        self._floor("state", project.state()[0] / _KILO)
        self._floor("again-preview", project.preview())
        self._floor("again-up", project.up(checkpoints=False))
        project.settings |= {"resources": custom + more}
        self._floor("more-preview", project.preview())
        self._floor("more-up", project.up(checkpoints=False))
        words = ("destroy", "--yes", "--skip-preview", "--suppress-outputs", "--parallel", PARALLEL)
        self._floor("destroy", project.run(*words, checkpoints=False))

    def _put(self, key: str, value: float, floor: float | None = None) -> None:
        self._size.values[key] = Pair(value=value, floor=floor)

    def _floor(self, key: str, floor: float) -> None:
        self._put(key, self._size.values[key].value, floor)

    def _begin(self, step: str, what: str) -> None:
        self._progress.begin(step, self._models, f"{counted(self._models)}: {what}")
