"""The private copy of a stack file."""

from typing import Any

from operations.local_stack import merged

TRACKED: dict[str, Any] = {"config": {"maas:models": {"llama": {}}}}
PRIVATE: dict[str, Any] = {
    "encryptionsalt": "v1:abc",
    "config": {"maas:models": {"old": {}}, "maas:threescaleSeedToken": {"secure": "v1:ciphertext"}},
}


def test_a_changed_tracked_file_reaches_the_copy() -> None:
    assert merged(TRACKED, PRIVATE)["config"]["maas:models"] == {"llama": {}}


def test_secrets_and_salt_of_the_copy_are_kept() -> None:
    result = merged(TRACKED, PRIVATE)
    assert result["encryptionsalt"] == "v1:abc"
    assert result["config"]["maas:threescaleSeedToken"] == {"secure": "v1:ciphertext"}


def test_a_key_removed_from_the_tracked_file_leaves_the_copy() -> None:
    assert "maas:models" not in merged({"config": {}}, PRIVATE)["config"]


def test_the_first_copy_is_the_tracked_file() -> None:
    assert merged(TRACKED, {}) == TRACKED
