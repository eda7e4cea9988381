from dynamic_providers.threescale.portal_section import lineage, nested


def test_parents_come_before_what_is_below_them() -> None:
    sections = {
        "leaf": {"title": "Leaf", "parent": "branch"},
        "branch": {"title": "Branch", "parent": "trunk"},
        "trunk": {"title": "Trunk", "parent": "css"},
        "beside": {"title": "Beside", "parent": "root"},
    }
    assert nested(sections) == ["beside", "trunk", "branch", "leaf"]
    assert lineage("leaf", sections) == ["trunk", "branch", "leaf"]
