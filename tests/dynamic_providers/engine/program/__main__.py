"""A program of one complete tenant; see `declaration` for what is in it and how a test edits it."""

import pulumi

from tests.dynamic_providers.engine.program.accounts import Account
from tests.dynamic_providers.engine.program.declaration import declared
from tests.dynamic_providers.engine.program.model import Model
from tests.dynamic_providers.engine.program.portal import portal, without_sample
from tests.dynamic_providers.engine.program.tenant import opened

whole = declared()
tenant = opened()
models = {key: Model(tenant, key, spec).placed() for key, spec in whole["models"].items()}
for key, placed in models.items():
    pulumi.export(f"{key}.version", placed.promotion.production_version)
for_all = whole.get("portal", {})
portal(tenant, for_all)
alone = without_sample(tenant, for_all, [placed.product for placed in models.values()])
for key, spec in whole.get("accounts", {}).items():
    Account(tenant, key, spec, models).placed(after=alone)
