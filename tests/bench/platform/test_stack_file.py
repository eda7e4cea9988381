"""The stack file of the bench is one that the program accepts, at every size."""

import pytest

from bench.platform.stack_file import stack_file
from components.config.secrets import SECRET_KEYS
from components.config.validation import validated


@pytest.mark.parametrize("models", [1, 8, 9, 101])
def test_every_part_of_the_platform_and_so_many_models_with_a_gpu_each(models: int) -> None:
    config = {key.removeprefix("maas:"): value for key, value in stack_file(models)["config"].items()}
    settings = validated(config, frozenset(key.name for key in SECRET_KEYS))
    pool = settings.gpu.pool("l40s")

    assert len(settings.models) == models
    assert models <= pool.least * pool.gpus_per_node < models + pool.gpus_per_node
    assert None not in [settings.storage.odf, settings.identity, settings.monitoring, settings.prereqs.openshift_ai]


def test_a_longer_catalogue_changes_no_model_of_a_shorter_one() -> None:
    short, long = (stack_file(models)["config"]["maas:models"] for models in (2, 3))

    assert list(long) == ["model-000", "model-001", "model-002"]
    assert {key: long[key] for key in short} == short
