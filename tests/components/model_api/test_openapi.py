"""The page that developers see says what passes the gateway, and nothing else."""

import json
from typing import Any

import pytest
from openapi_spec_validator import validate

from components.config.operations import OPERATIONS, offered
from components.config.validation import validated
from components.model_api.definition import api_definition
from components.model_api.openapi import openapi_document
from components.model_api.openapi_schemas import KNOWN, SCHEMAS
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.model_servers import served, serving_stack


def document(**changes: object) -> dict[str, Any]:
    found = settings(**changes)
    made = openapi_document(found, MODEL, api_definition(found, MODEL))
    validate(made)
    return made


@pytest.mark.row("S-156", "C-31", "C-33", "C-34")
def test_the_dev_stacks_model() -> None:
    found = document()

    assert found["openapi"].startswith("3.0.")
    assert found["info"]["title"] == "Llama-3.2-1B-Instruct (CPU)"
    assert found["info"]["description"].endswith("The longest context is 2000 tokens, prompt and answer together.")
    assert found["servers"] == [{"url": f"https://{MODEL}-maas-apicast-production.apps.maas.test"}]
    assert found["components"]["securitySchemes"] == {"key": {"type": "http", "scheme": "bearer"}}
    assert found["security"] == [{"key": []}]
    assert list(found["paths"]) == ["/v1/chat/completions", "/v1/completions", "/v1/models", "/health", "/version"]


def test_only_exposed_operations_and_the_schemas_they_need() -> None:
    found = document(models={MODEL: {"kind": "embedding"}})

    assert list(found["paths"]) == ["/v1/embeddings", "/v1/models", "/health", "/version"]
    assert set(found["components"]["schemas"]) == {
        "EmbeddingRequest",
        "Embeddings",
        "Model",
        "Models",
        "Usage",
        "ValidationError",
        "Version",
    }


def test_every_operation_of_ours_has_its_schemas() -> None:
    assert {f"{one.verb} {one.pattern.removesuffix('$')}" for one in OPERATIONS} == set(KNOWN)
    assert {name for pair in KNOWN.values() for name in pair if name} <= set(SCHEMAS)


@pytest.mark.row("S-156")
def test_answers_tell_the_usage_and_a_wrong_request_is_explained() -> None:
    found = document()
    schemas, chat = found["components"]["schemas"], found["paths"]["/v1/chat/completions"]["post"]

    assert schemas["ChatCompletion"]["properties"]["usage"] == {"$ref": "#/components/schemas/Usage"}
    assert set(schemas["Usage"]["properties"]) == {"prompt_tokens", "completion_tokens", "total_tokens"}
    assert set(chat["responses"]) == {"200", "422"}
    detail = schemas["ValidationError"]["properties"]["detail"]["items"]
    assert detail["required"] == ["loc", "msg", "type"]


@pytest.mark.row("S-159", "C-30")
def test_further_fields_are_allowed_everywhere_and_the_served_name_is_the_example() -> None:
    schemas = document(models={MODEL: {"servedModelName": "meta/llama"}})["components"]["schemas"]

    assert {
        name for name, one in schemas.items() if one["type"] == "object" and not one["additionalProperties"]
    } == set()
    assert schemas["Model"]["example"] == "meta/llama"


def test_rules_of_an_unknown_server_are_described_by_their_names() -> None:
    api = {
        "methods": {"rank": {"displayName": "Rank", "description": "Orders texts."}, "item": {"displayName": "Item"}},
        "rules": {
            "POST /v1/rank$": {"metric": "rank", "position": 2},
            "GET /items/{id}?full={full}": {"metric": "item", "position": 1},
            "GET /": {"metric": "hits", "position": 9},
        },
    }
    paths = document(models={MODEL: {"api": api}})["paths"]

    assert list(paths) == ["/items/{id}", "/v1/rank"]
    assert paths["/items/{id}"]["get"]["parameters"][0]["name"] == "id"
    assert (paths["/v1/rank"]["post"]["summary"], paths["/v1/rank"]["post"]["description"]) == ("Rank", "Orders texts.")


@pytest.mark.parametrize(("location", "where"), [("headers", "header"), ("query", "query")])
@pytest.mark.row("S-142")
def test_the_key_is_where_the_gateway_looks_for_it(location: str, where: str) -> None:
    authentication = {"credentialsLocation": location, "authUserKey": "api-key"}
    found = document(models={MODEL: {"api": {"authentication": authentication}}})

    assert found["components"]["securitySchemes"]["key"] == {"type": "apiKey", "name": "api-key", "in": where}


def test_the_document_is_small_because_the_state_holds_it_twice() -> None:
    had: frozenset[str] = offered(settings().models[MODEL]) or frozenset()
    everything = document(compat={"exposeOperational": True}, models={MODEL: {"expose": sorted(had - {"metrics"})}})

    assert len(json.dumps(everything)) < 10_000


def test_documents_are_sent_as_a_form_and_parts_of_a_path_are_parameters() -> None:
    kinds = serving_stack({"docling": served("docling"), "image": served("image"), "safety": served("safety")})
    found = validated(kinds, ALL_SECRETS)
    pages = {key: openapi_document(found, key, api_definition(found, key)) for key in ("docling", "image", "safety")}

    assert set(pages["docling"]["paths"]["/process_file"]["post"]["requestBody"]["content"]) == {"multipart/form-data"}
    assert pages["image"]["paths"]["/progress/{job}"]["get"]["parameters"][0]["name"] == "job"
    assert pages["safety"]["paths"]["/v1/models/{name}:predict"]["post"]["parameters"][0]["name"] == "name"
    for page in pages.values():
        validate(page)


def test_text_embeddings_describe_their_own_paths() -> None:
    found = validated(serving_stack({"tei": served("tei", expose=["embed", "embed-all", "rerank"])}), ALL_SECRETS)
    page = openapi_document(found, "tei", api_definition(found, "tei"))

    assert list(page["paths"]) == ["/embed", "/embed_all", "/rerank"]
    validate(page)
