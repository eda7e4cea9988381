import pytest

from dynamic_providers.threescale.portal_builtin import SWITCHES, missing_builtin


@pytest.mark.parametrize("name", SWITCHES)
def test_a_page_of_a_switch_names_it(name: str) -> None:
    assert f"the tenant's switch `{SWITCHES[name]}`" in str(missing_builtin(f"builtin_page {name}", ["login/new"]))


def test_a_wrong_name_is_answered_with_like_ones_or_with_all() -> None:
    assert "among others, login/new." in str(missing_builtin("builtin_page login/knew", ["login/new", "user/show"]))
    assert "among others, menu, submenu." in str(missing_builtin("builtin_partial qqq", ["submenu", "menu"]))
