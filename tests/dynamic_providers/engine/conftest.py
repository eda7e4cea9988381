from collections.abc import Callable, Iterator

import pytest

from tests.dynamic_providers.engine.served import Served
from tests.dynamic_providers.engine.stack import LAYOUT, Stack
from tests.dynamic_providers.threescale.tenant import CANARY
from tests.support.plugin_host import Json

Make = Callable[..., Stack]


@pytest.fixture(scope="session")
def _engine() -> None:
    if not LAYOUT.manifest.exists():
        pytest.fail("there is no engine yet: run `make setup`")


@pytest.fixture(scope="module")
def shared(_engine: None, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """One stack for the tests of a module, up; each test brings names of its own. `BASE` of the module edits it."""
    folder = tmp_path_factory.mktemp("engine")
    with Served(folder / "tenant") as tenant:
        stack = Stack.made(folder / "stack", tenant, getattr(request.module, "BASE", {}))
        try:
            stack.up()
            stack.rest()
            yield stack
        finally:
            stack.end()


@pytest.fixture
def stack(shared: Stack) -> Iterator[Stack]:
    """The shared stack at rest; what a failed test declared is taken back first. The token is in none of its files."""
    shared.tenant.clear()
    shared.token = CANARY
    before, shared.settled = shared.settled or {}, None
    yield shared
    shared.end()
    shared.tenant.clear()
    if shared.settled is None:
        shared.edits = before
        shared.recover()
        shared.up()
        shared.rest()
    secret = [path for path in shared.folder.rglob("*.json*") if CANARY in path.read_text()]
    assert secret == []


@pytest.fixture
def fresh(_engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Make a stack on a new tenant, not up yet; `make(edits)`."""
    folder = tmp_path_factory.mktemp("engine")
    with Served(folder / "tenant") as tenant:
        made: list[Stack] = []

        def make(edits: Json | None = None, *, name: str = "dev") -> Stack:
            made.append(Stack.made(folder / f"stack{len(made)}", tenant, edits, name=name))
            return made[-1]

        try:
            yield make
        finally:
            for one in made:
                one.end()
