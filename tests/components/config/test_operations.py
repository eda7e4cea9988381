"""What passes the gateway when the stack file says nothing."""

from components.config.operations import OPERATIONS, exposed
from tests.components.config.test_validation import MODEL, settings


def names(**changes: object) -> list[str]:
    found = settings(**changes)
    return [operation.system_name for operation in exposed(found.models[MODEL], found.compat)]


def test_a_chat_model_exposes_what_a_client_needs_and_no_metrics() -> None:
    assert names() == ["chat-completions", "completions", "models", "health", "version"]


def test_an_embedding_model_exposes_embeddings_and_no_chat() -> None:
    assert names(models={MODEL: {"kind": "embedding"}}) == ["embeddings", "models", "health", "version"]


def test_the_stack_files_own_list_wins_in_the_order_of_the_rules() -> None:
    assert names(models={MODEL: {"expose": ["tokenize", "models"]}}) == ["models", "tokenize"]


def test_operational_paths_pass_only_by_compat() -> None:
    assert names(compat={"exposeOperational": True})[-3:] == ["tokenize", "detokenize", "metrics"]


def test_names_and_patterns_are_unique() -> None:
    assert len({(one.verb, one.pattern) for one in OPERATIONS}) == len(OPERATIONS)
    assert len({one.system_name for one in OPERATIONS}) == len({one.friendly_name for one in OPERATIONS})
