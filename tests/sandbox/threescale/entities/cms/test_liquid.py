"""Which templates are well formed."""

from __future__ import annotations

import pytest

from sandbox.threescale.entities.cms.liquid import joined, problem


@pytest.mark.parametrize(
    "source",
    [
        "",
        "plain { text } with 100%",
        "{{ provider.name | upcase }}{%- if a -%}x{%- elsif b -%}y{% else %}z{% endif %}",
        "{% for a in b %}{% unless a %}{{ a }}{% endunless %}{% endfor %}",
        "{% form 'login', user %}{% endform %}{% content_for javascripts %}{% endcontent_for %}",
        "{% raw %}{% if %} {{ {% endraw %}",
        "{% comment %}{% endif %}{% endcomment %}",
        "{% unheard_of tag %}",
    ],
)
def test_well_formed(source: str) -> None:
    assert problem(source) == ""


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("{{ a", "Variable '{{' was not properly terminated"),
        ("{% if a", "Tag '{%' was not properly terminated"),
        ("{% if a %}", "'if' tag was never closed"),
        ("{% comment %}", "'comment' tag was never closed"),
        ("{% endif %}", "Unknown tag 'endif'"),
        ("{% if a %}{% for b in c %}{% endif %}{% endfor %}", "'endif' is not a valid delimiter for for tags"),
    ],
)
def test_not_well_formed(source: str, told: str) -> None:
    assert told in problem(source)


def test_partials_are_put_in_place_and_a_circle_ends() -> None:
    parts = {"a": "A{% include 'b' %}", "b": "B", "c": "C{% include 'c' %}"}
    assert joined('{% comment %}x{% endcomment %}{%- include "a" -%}!{{ v }}', parts.__getitem__) == "AB!{{ v }}"
    assert joined("{% include 'c' %}", parts.__getitem__).startswith("CCCCCCCCCC")
