"""Texts that are only known later stand in a manifest as others."""

from components.site import filled_in


def test_whole_texts_are_replaced_at_any_depth_and_nothing_else() -> None:
    manifest = {"a": ["<key>", {"b": "<key>"}], "<key>": 1, "c": "the <key>", "d": None}

    assert filled_in(manifest, {"<key>": "k"}) == {"a": ["k", {"b": "k"}], "<key>": 1, "c": "the <key>", "d": None}
