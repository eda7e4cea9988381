"""vLLM's command line, exactly."""

from components.config.serving import Server
from components.model_server.arguments import arguments, environment
from tests.components.config.test_validation import MODEL, settings


def server(**changes: object) -> Server:
    found = settings(models={MODEL: {"server": changes}}).models[MODEL].server
    assert found is not None
    return found


def test_the_whole_list() -> None:
    assert arguments(server(), "llama", 2000) == [
        "--port=8080",
        "--model=/mnt/models",
        "--served-model-name=llama",
        "--max-model-len=2000",
    ]


def test_a_number_format_and_extra_arguments_come_last() -> None:
    changed = server(dtype="bfloat16", extraArgs=["--enable-auto-tool-choice", "--tool-call-parser=llama3_json"])

    assert arguments(changed, "llama", 1)[-3:] == [
        "--dtype=bfloat16",
        "--enable-auto-tool-choice",
        "--tool-call-parser=llama3_json",
    ]


def test_the_caches_size_is_in_gib_and_its_folder_writable() -> None:
    assert environment(server(kvCacheGiB=5)) == {
        "HF_HOME": "/tmp/hf_home",  # noqa: S108 - in the container
        "VLLM_CPU_KVCACHE_SPACE": "5",
    }
