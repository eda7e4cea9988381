"""A model comes from one place, and its folder of the bucket follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.config.model_source import DUPLICATES, Source
from tests.components.config.test_validation import MODEL, problems
from tests.support.stack_file import dev_stack

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def source(**keys: object) -> Source:
    return Source.model_validate(keys)


@pytest.mark.row("S-054", "S-056", "C-10")
def test_a_repository_lies_below_its_owner_its_name_and_its_revision() -> None:
    found = source(huggingface={"repo": "mistralai/Mistral-7B-Instruct-v0.3", "revision": COMMIT})

    assert found.kind == "huggingface"
    assert found.bucket_prefix == f"mistralai/Mistral-7B-Instruct-v0.3/{COMMIT}/"


def test_without_a_revision_the_folder_is_that_of_main() -> None:
    assert source(huggingface={"repo": "a/b"}).bucket_prefix == "a/b/main/"


@pytest.mark.row("S-057")
@pytest.mark.parametrize("written", ["granite-33-2b-instruct", "granite-33-2b-instruct/"])
def test_a_folder_that_is_there_ends_in_a_slash_so_that_no_other_begins_like_it(written: str) -> None:
    assert source(s3Prefix=written).bucket_prefix == "granite-33-2b-instruct/"


@pytest.mark.row("S-058")
def test_an_image_and_an_external_server_have_no_folder() -> None:
    image = "quay.io/some/modelcar@sha256:" + "0" * 64

    assert (source(oci=image).kind, source(oci=image).bucket_prefix) == ("oci", None)
    assert source(external="http://vllm.models.svc").bucket_prefix is None


@pytest.mark.row("S-056", "C-10")
@pytest.mark.parametrize("prefix", ["/rooted", "a//b", "../up", "a/../b", "with space", "ümlaut", "a/b//", ""])
def test_a_folder_with_other_signs_is_refused(prefix: str) -> None:
    with pytest.raises(ValidationError):
        source(s3Prefix=prefix)


@given(st.text(max_size=30))
def test_every_accepted_folder_is_a_plain_path(text: str) -> None:
    try:
        found = source(s3Prefix=text).bucket_prefix
    except ValidationError:
        return
    assert found is not None
    assert all(part.strip(".") for part in found[:-1].split("/"))
    assert found.isascii()


def test_formats_that_hold_the_weights_twice_are_left_out_by_default() -> None:
    found = source(huggingface={"repo": "a/b"}).huggingface

    assert found is not None
    assert found.deny == DUPLICATES
    assert "*.safetensors" not in found.deny


@pytest.mark.row("C-11")
def test_no_source_and_two_sources_are_refused_with_what_to_do() -> None:
    none = problems(dev_stack(models={MODEL: {"source": {"oci": None}}}))[f"models.{MODEL}.source"]
    both = problems(dev_stack(models={MODEL: {"source": {"s3Prefix": "a"}}}))[f"models.{MODEL}.source"]

    assert none.given == "no source was given"
    assert both.given == "oci and s3Prefix were given"
    assert both.remedy == f"remove models.{MODEL}.source.oci or models.{MODEL}.source.s3Prefix"
    assert both.allowed == none.allowed == "exactly one of the keys oci, huggingface, s3Prefix and external"
