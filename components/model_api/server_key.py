"""The model server's own key on its way into the gateway."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from components.config import Model
from components.model_api.definition import asks_for_key
from components.model_api.policies import with_key
from components.site import ServerKey, Site


def sent(site: Site, model: Model, policies: Sequence[Mapping[str, Any]]) -> pulumi.Input[Sequence[Mapping[str, Any]]]:
    """The policies, with the server's key where it asks for one: then they are a secret as a whole."""
    key = site.secrets.model_api_key
    if key is None or not asks_for_key(model):
        return policies
    return key.apply(lambda text: with_key(policies, text))


def keyed_fingerprint(fingerprint: str, key: ServerKey | None) -> pulumi.Input[str]:
    """What decides about promotion: besides what is declared, which key the gateway sends."""
    return fingerprint if key is None else pulumi.Output.concat(fingerprint, "-", key.version)
