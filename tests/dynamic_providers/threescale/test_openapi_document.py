import pytest

from dynamic_providers.threescale.openapi_document import TOLD, problems

Json = dict[str, object]
OK = {"responses": {"200": {"description": "fine"}}}


def document(**more: object) -> Json:
    return {"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {"/a": {"get": OK}}, **more}


@pytest.mark.parametrize("url", ["https://h.example", "http://h.example:8443/v1", "https://{tenant}.example/"])
def test_a_whole_address_passes(url: str) -> None:
    assert problems(document(servers=[{"url": url}]), skip=False) == []


def test_a_document_without_servers_passes() -> None:
    assert problems(document(), skip=False) == []
    assert problems(document(servers=[]), skip=False) == []


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize("url", ["/v1", "v1", "http://localhost:8080", "https://127.0.0.1/v1", ""])
def test_a_server_that_3scale_refuses_is_refused(url: str, *, skip: bool) -> None:
    ((path, reason),) = problems(document(servers=[{"url": url}]), skip=skip)
    assert path == '["servers"][0]["url"]'
    assert repr(url) in reason


@pytest.mark.parametrize("version", ["3.1.0", "2.0", None, 3])
def test_another_version_is_refused_with_the_way_out(version: object) -> None:
    ((path, reason),) = problems(document(openapi=version), skip=False)
    assert path == '["openapi"]'
    assert "skip_swagger_validations: true" in reason
    assert problems(document(openapi=version), skip=True) == []


@pytest.mark.parametrize("ref", ["http://127.0.0.1:9/x.json#/a", "file:///etc/hostname", "#/components/schemas/none"])
def test_a_reference_is_not_followed_out_of_the_document(ref: str) -> None:
    content = {"application/json": {"schema": {"$ref": ref}}}
    answers = {"200": {"description": "fine", "content": content}}
    ((_, reason),) = problems(document(paths={"/a": {"get": {"responses": answers}}}), skip=False)
    assert "names a part of the document itself" in reason
    assert ref.lstrip("#") in reason


def test_references_in_a_ring_are_refused_and_a_schema_of_itself_is_not() -> None:
    ring = {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}
    ((_, reason),) = problems(document(components={"schemas": ring}), skip=False)
    assert "ends nowhere" in reason
    tree = {"Tree": {"type": "object", "properties": {"left": {"$ref": "#/components/schemas/Tree"}}}}
    assert problems(document(components={"schemas": tree}), skip=False) == []


def test_what_the_schema_cannot_say_is_checked_too() -> None:
    twice = {"get": OK | {"operationId": "a"}, "post": OK | {"operationId": "a"}}
    ((_, reason),) = problems(document(paths={"/a": twice}), skip=False)
    assert "Operation ID 'a'" in reason


def test_only_the_first_problems_are_told_and_none_is_long() -> None:
    wrong = {f"/{n}": {"get": {"responses": {"200": {"description": list(range(1000))}}}} for n in range(9)}
    found = problems(document(paths=wrong), skip=False)
    assert len(found) == TOLD
    assert max(len(reason) for _, reason in found) < 400
