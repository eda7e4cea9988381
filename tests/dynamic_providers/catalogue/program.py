"""A program of models only: EDITS has all that is declared of each, by key."""

import json
import os

from tests.dynamic_providers.engine.program.model import Model
from tests.dynamic_providers.engine.program.tenant import opened

tenant = opened()
for key, spec in json.loads(os.environ["EDITS"]).items():
    Model(tenant, key, spec).placed()
