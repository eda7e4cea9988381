"""A course under the real engine, with the models of `tests/dynamic_providers/engine`: one plan, a plainer page."""

import copy
import shutil
from pathlib import Path

from hypothesis import Phase, given, settings

from tests.dynamic_providers.catalogue.catalogue import MODEL, Catalogue, document, new, ordered
from tests.dynamic_providers.catalogue.course import FIRST, ROUNDS, Course, Round, people
from tests.dynamic_providers.catalogue.meaning import Rows
from tests.dynamic_providers.engine.stack import Stack
from tests.support.plugin_host import Json

PROGRAM = Path(__file__).parent / "program.py"
CHOSEN_FROM = 100
"""Out of so many rounds the ones with the most edits are taken, as one takes seconds."""


class RealCourse(Course):
    """One stack, driven by `pulumi`."""

    def __init__(self, stack: Stack) -> None:
        """Begin with a tenant on which nothing is up yet."""
        super().__init__(plainer(new(*FIRST)), people(stack.tenant.url))
        self._stack = stack
        shutil.copyfile(PROGRAM, stack.folder / "__main__.py")

    def edit(self, one: Round) -> None:
        """Make the edits of a round, as far as the program knows of them."""
        super().edit(one)
        self.catalogue = plainer(self.catalogue)

    def rows(self) -> Rows:
        """Return everything."""
        return self._stack.tenant.rows()

    def up(self) -> list[str]:
        """Run `pulumi up --refresh`; return what it wrote."""
        self._declare()
        self._stack.up("--refresh")
        return self._stack.tenant.writes()

    def up_without_refresh(self, *, may_fail: bool) -> None:
        """Leave it out where it may fail: there the small engine is enough."""
        if not may_fail:
            self._declare()
            self._stack.up()

    def _declare(self) -> None:
        self._stack.edits = {key: _spec(model) for key, model in self.catalogue.items()}


def plainer(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with one plan in each model, and with pages that are called like their model."""
    catalogue = copy.deepcopy(catalogue)
    for key, model in catalogue.items():
        model["plans"] = {"standard": model["plans"].get("standard", copy.deepcopy(MODEL["plans"]["standard"]))}
        if "page" in model:
            model["page"] |= {"title": key, "published": True}
    return catalogue


def _spec(model: Json) -> Json:
    (plan,) = model["plans"].values()
    features = {name: model["features"][name] for name in plan["features"]}
    rules = {rule: model["rules"][rule] | {"position": 10 * place} for place, rule in enumerate(ordered(model), 1)}
    doc = {"doc": document(model)} if "page" in model else {}
    return {
        **{name: model[name] for name in ("backend", "product", "metrics", "methods", "policies", "subscription")},
        "adopt": False,
        "usages": {"/": {}},
        "rules": rules,
        "plan": plan | {"system_name": "standard", "features": features},
        **doc,
    }


def richest(count: int) -> list[Round]:
    """Return rounds with many edits of both kinds, the same ones every time."""
    found: list[Round] = []

    @settings(max_examples=CHOSEN_FROM, derandomize=True, database=None, phases=[Phase.generate])
    @given(one=ROUNDS)
    def draw(one: Round) -> None:
        found.append(one)

    draw()
    return sorted(found, key=lambda one: len(one.edits) + len(one.by_hand))[-count:]
