"""The nursery of plugin processes, with patience: no fault is ordered here, and every answer comes."""

import os
import subprocess
import sys
from dataclasses import replace
from typing import Self

from pulumi.dynamic import ResourceProvider

from tests.dynamic_providers.faults.nursery import BornHost, Nursery
from tests.support.plugin_host import ROOT, Diff, Held, Json

PROGRAM = """
from tests.dynamic_providers.faults import nursery
nursery.SHORTENED["read_seconds"] = 60.0
nursery.main()
"""
"""On a busy machine an answer may take longer than where lost answers are the matter."""


class PatientNursery(Nursery):
    """A nursery whose children wait for answers."""

    def __enter__(self) -> Self:
        os.mkfifo(self._pipe)
        environment = {"PATH": os.environ["PATH"], "PULUMI_PROJECT": "maas", "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-u", "-c", PROGRAM]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self


class AnnouncedHost(BornHost):
    """A plugin host whose diff counts what the provider announces as a change, as the engine does."""

    def diff(self, provider: type[ResourceProvider], held: Held, news: Json) -> Diff:
        """Return the diff; `changed` is not empty where there is something to update."""
        found = super().diff(provider, held, news)
        return replace(found, changed=found.changed | {"announced"}) if found.announced else found
