import pytest

from dynamic_providers.threescale.portal_template import digest, is_published, seen, system_name, template_key


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        ("page /", "page /"),
        ("page /a/b/", "page /a/b"),
        ("page /css/x.css", "page /css/x.css"),
        ("layout main_layout", "layout main_layout"),
        ("builtin_page applications/show", "builtin_page applications/show"),
    ],
)
def test_a_key_is_a_kind_and_a_path_or_name(declared: str, key: str) -> None:
    assert template_key(declared) == key


@pytest.mark.parametrize("declared", ["", "page", "page x", "page /a b", "/x", "layout ", "partial a b", "static x1"])
def test_anything_else_is_no_key(declared: str) -> None:
    with pytest.raises(ValueError, match="Allowed are"):
        template_key(declared)


def test_a_digest_of_a_digest_is_itself() -> None:
    assert digest(digest("x")) == digest("x") != digest("y")
    assert digest("sha256:no digest").startswith("sha256:")


@pytest.mark.parametrize(
    ("published", "draft", "text", "done"),
    [
        ("ours", None, "ours", True),
        ("ours", "ours", "ours", True),
        ("ours", "theirs", "theirs", False),
        ("theirs", None, "theirs", False),
        ("theirs", "ours", "theirs", False),
        (None, "ours", "", False),
        (None, "theirs", "theirs", False),
    ],
)
def test_what_stands_for_a_template(published: str | None, draft: str | None, text: str, *, done: bool) -> None:
    item = {"published": published, "draft": draft}
    assert seen(item, "ours") == seen(item, digest("ours")) == text
    assert is_published(item, "ours") == done


def test_pages_of_one_title_get_names_of_their_own() -> None:
    assert [system_name(path) for path in ("/", "/a", "/css/Own_1.css")] == ["page", "page-a", "page-css-own-1-css"]
