"""The program behaves the same with the official provider plugins and with the stand-ins.

One program, two sandboxes, two PULUMI_HOMEs. The official plugins come from the toolchain's sources; where none has
them the tests say so and are skipped.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parity import course
from tests.parity.comparison import Document, difference
from tests.parity.plugin_homes import NoOfficialPluginsError, official_home, stand_in_home
from tests.support.deployed import PROJECT

# About two minutes for each set of plugins on two busy cores; the first test waits for both.
pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(1800)]

Sides = dict[str, dict[str, Document]]


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    """What was seen with each set of plugins; also left as files beside the sandboxes."""
    if not (PROJECT / ".toolchain" / "manifest.json").exists():
        pytest.skip("the toolchain is not set up: run `make setup`")
    folder = tmp_path_factory.mktemp("parity")
    try:
        homes = {"official": official_home(folder / "official-home")}
    except NoOfficialPluginsError as reason:
        pytest.skip(str(reason))
    homes["stand-ins"] = stand_in_home(folder / "stand-in-home")
    return {name: dict(_seen(folder / name, home)) for name, home in homes.items()}


def _seen(folder: Path, home: Path) -> Iterator[tuple[str, Document]]:
    # The documents outlive the sandbox, whose own folder is removed when it stops.
    folder.mkdir()
    documents = course.run(folder / "sandbox", home, lambda line: print(f"{folder.name}: {line}"))  # noqa: T201 (progress)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=1, sort_keys=True))
        yield name, document


@pytest.mark.parametrize("document", course.DOCUMENTS)
def test_official_plugins_and_stand_ins_agree_on_the(document: str, sides: Sides) -> None:
    differs = difference(sides["official"][document], sides["stand-ins"][document])
    if differs:
        # An assertion would shorten the diff.
        pytest.fail(f"{document}: official plugins and stand-ins do not agree\n{differs}", pytrace=False)


def test_a_change_and_a_replacement_are_what_they_are_meant_to_be(sides: Sides) -> None:
    expected = {"operations of a change": "update", "operations of a replacement": "replace"}
    for document, operation in expected.items():
        seen = sides["official"][document]
        for plugin in ("kubernetes", "keycloak"):
            found = [urn for urn, steps in seen.items() if f"${plugin}:" in urn and steps[0]["op"] == operation]
            assert found, f"no {operation} by the {plugin} plugin in {json.dumps(seen, indent=1)}"
