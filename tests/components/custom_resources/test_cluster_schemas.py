"""The cluster's own definitions are asked once per API group, and only about fields."""

from typing import Any

import pytest

from components.custom_resources import ClusterSchemas, CustomResourceError

WIDGET: dict[str, Any] = {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {}}

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "com.example.v1.Widget": {
                "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Widget"}],
                "properties": {
                    "spec": {
                        "properties": {
                            "size": {"type": "integer"},
                            "parts": {"items": {"allOf": [{"$ref": "#/components/schemas/Part"}]}},
                            "labels": {"additionalProperties": {"type": "string"}},
                            "byName": {"additionalProperties": {"$ref": "#/components/schemas/Part"}},
                            "free": {"x-kubernetes-preserve-unknown-fields": True, "properties": {"a": {}}},
                            "any": {"type": "object"},
                        }
                    }
                },
            },
            "Part": {"properties": {"name": {"type": "string"}}},
        }
    }
}


class Server:
    """Answers OpenAPI documents and counts the questions."""

    def __init__(self, documents: dict[str, dict[str, Any]]) -> None:
        self.documents = documents
        self.asked: list[str] = []

    def __call__(self, group_version: str) -> dict[str, Any] | None:
        self.asked.append(group_version)
        return self.documents.get(group_version)


def check(spec: dict[str, Any]) -> None:
    ClusterSchemas(Server({"example.com/v1": DOCUMENT})).check({**WIDGET, "spec": spec})


def test_known_fields_pass_wherever_they_are() -> None:
    check({"size": 1, "parts": [{"name": "a"}], "labels": {"x/y": "z"}, "byName": {"k": {"name": "n"}}})


def test_what_the_kind_keeps_unknown_passes() -> None:
    check({"free": {"b": {"c": 1}}, "any": {"thing": 1}})


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"sise": 1}, "spec.sise"),
        ({"parts": [{"name": "a"}, {"nmae": "b"}]}, r"spec.parts\[1\].nmae"),
        ({"byName": {"k": {"nmae": "b"}}}, "spec.byName.k.nmae"),
    ],
)
def test_an_unknown_field_is_refused_with_its_path(spec: dict[str, Any], path: str) -> None:
    with pytest.raises(CustomResourceError, match=f"{path}: this cluster does not know the field"):
        check(spec)


def test_a_kind_that_is_not_there_yet_passes_and_is_asked_for_once() -> None:
    server = Server({})
    schemas = ClusterSchemas(server)

    schemas.check(WIDGET)
    schemas.check({**WIDGET, "kind": "Gadget"})

    assert server.asked == ["example.com/v1"]


def test_a_group_without_the_kind_passes() -> None:
    ClusterSchemas(Server({"example.com/v1": DOCUMENT})).check({**WIDGET, "kind": "Gadget", "spec": {"x": 1}})
