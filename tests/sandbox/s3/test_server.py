"""The object store as Amazon's own client sees it, and what it refuses."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.kube.pki import Authority
from sandbox.s3.keys import Derived, Keys, Listed
from sandbox.s3.server import ObjectServer
from sandbox.s3.store import Store
from tests.support.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

boto3 = pytest.importorskip("boto3", reason="the store is judged by Amazon's own client: run make setup")


SECRET = "my-secret"
KEYS = Listed({"me": SECRET})


def client(port: int, id_: str = "me", secret: str = SECRET, **more: Any) -> Any:  # noqa: ANN401 - boto3 ships no types
    config = boto3.session.Config(
        s3={"addressing_style": "path"},
        retries={"max_attempts": 1, "mode": "standard"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    scheme = "https" if "verify" in more else "http"
    return boto3.client(
        "s3",
        endpoint_url=f"{scheme}://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id=id_,
        aws_secret_access_key=secret,
        config=config,
        **more,
    )


def server(folder: Path, keys: Keys = KEYS) -> ObjectServer:
    return ObjectServer(Store(folder), keys)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with served(server(tmp_path).application()) as found:
        yield found


def code(refused: Any) -> str:  # noqa: ANN401 - boto3 ships no types
    return str(refused.value.response["Error"]["Code"])


def test_an_object_comes_back_with_its_metadata_and_in_pieces(port: int) -> None:
    s3 = client(port)
    s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key="a b/ü+c.json", Body=b"0123456789", Metadata={"source": "here"})

    head = s3.head_object(Bucket="models", Key="a b/ü+c.json")
    assert (head["ContentLength"], head["Metadata"]) == (10, {"source": "here"})
    assert s3.get_object(Bucket="models", Key="a b/ü+c.json")["Body"].read() == b"0123456789"
    assert s3.get_object(Bucket="models", Key="a b/ü+c.json", Range="bytes=2-4")["Body"].read() == b"234"
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["models"]


def test_a_listing_has_pages_and_a_prefix(port: int) -> None:
    s3 = client(port)
    s3.create_bucket(Bucket="models")
    for name in ("b/1", "a/1", "a/2", "a/3", "ab"):
        s3.put_object(Bucket="models", Key=name, Body=b"x")

    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="models", Prefix="a/", PaginationConfig={"PageSize": 2})

    assert [[one["Key"] for one in page["Contents"]] for page in pages] == [["a/1", "a/2"], ["a/3"]]


def test_an_upload_in_parts_becomes_one_object_and_the_parts_are_gone(port: int) -> None:
    s3 = client(port)
    s3.create_bucket(Bucket="models")
    id_ = s3.create_multipart_upload(Bucket="models", Key="big", Metadata={"digest": "d"})["UploadId"]
    where = {"Bucket": "models", "Key": "big", "UploadId": id_}
    first, last = b"a" * 5 * 1024 * 1024, b"end"
    tags = [s3.upload_part(**where, PartNumber=n, Body=body)["ETag"] for n, body in ((1, first), (2, last))]

    assert [one["Size"] for one in s3.list_parts(**where)["Parts"]] == [len(first), len(last)]
    assert [one["Key"] for one in s3.list_multipart_uploads(Bucket="models")["Uploads"]] == ["big"]
    parts = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})

    assert s3.get_object(Bucket="models", Key="big")["Body"].read() == first + last
    assert s3.head_object(Bucket="models", Key="big")["Metadata"] == {"digest": "d"}
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="models")


def test_a_small_part_in_the_middle_and_an_unknown_one_are_refused(port: int) -> None:
    s3 = client(port)
    s3.create_bucket(Bucket="models")
    id_ = s3.create_multipart_upload(Bucket="models", Key="big")["UploadId"]
    where = {"Bucket": "models", "Key": "big", "UploadId": id_}
    tags = [s3.upload_part(**where, PartNumber=n, Body=b"small")["ETag"] for n in (1, 2)]
    both = [{"PartNumber": n, "ETag": tag} for n, tag in enumerate(tags, 1)]

    with pytest.raises(s3.exceptions.ClientError) as small:
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": both})
    with pytest.raises(s3.exceptions.ClientError) as strange:
        s3.complete_multipart_upload(**where, MultipartUpload={"Parts": [{"PartNumber": 9, "ETag": "x"}]})
    s3.abort_multipart_upload(**where)
    with pytest.raises(s3.exceptions.ClientError) as gone:
        s3.list_parts(**where)

    assert [code(small), code(strange), code(gone)] == ["EntityTooSmall", "InvalidPart", "NoSuchUpload"]


def test_keys_buckets_and_objects_that_are_not_there_are_refused_by_name(port: int) -> None:
    s3 = client(port)
    s3.create_bucket(Bucket="models")
    asked = [
        ("SignatureDoesNotMatch", lambda: client(port, secret="wrong").list_buckets()),
        ("InvalidAccessKeyId", lambda: client(port, id_="stranger").list_buckets()),
        ("NoSuchBucket", lambda: s3.put_object(Bucket="other", Key="k", Body=b"")),
        ("NoSuchKey", lambda: s3.get_object(Bucket="models", Key="k")),
        ("404", lambda: s3.head_object(Bucket="models", Key="k")),
        ("BucketAlreadyOwnedByYou", lambda: s3.create_bucket(Bucket="models")),
        ("InvalidRange", lambda: s3.get_object(Bucket="models", Key="empty", Range="bytes=5-")),
    ]
    s3.put_object(Bucket="models", Key="empty", Body=b"")

    for wanted, ask in asked:
        with pytest.raises(s3.exceptions.ClientError) as refused:
            ask()  # type: ignore[no-untyped-call]  # boto3 ships no types
        assert code(refused) == wanted


def test_a_full_bucket_stays_and_an_empty_one_goes(port: int) -> None:
    s3 = client(port)
    s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key="k", Body=b"")
    with pytest.raises(s3.exceptions.ClientError) as full:
        s3.delete_bucket(Bucket="models")
    s3.delete_object(Bucket="models", Key="k")
    s3.delete_bucket(Bucket="models")

    assert code(full) == "BucketNotEmpty"
    assert s3.list_buckets()["Buckets"] == []


def test_a_request_without_a_signature_is_denied_and_health_needs_none(port: int) -> None:
    denied = requests.get(f"http://127.0.0.1:{port}/models/k", timeout=10)

    assert (denied.status_code, b"AccessDenied" in denied.content) == (403, True)
    assert requests.get(f"http://127.0.0.1:{port}/minio/health/ready", timeout=10).status_code == 200


def test_a_derived_key_opens_the_bucket_it_was_made_for_and_makes_none(tmp_path: Path) -> None:
    keys = Derived("root")
    id_ = keys.id_for("models", "claim-uid")
    with served(server(tmp_path, keys).application()) as port:
        s3 = client(port, id_=id_, secret=keys.secret(id_) or "")
        s3.put_object(Bucket="models", Key="k", Body=b"x")
        with pytest.raises(s3.exceptions.ClientError) as other:
            s3.put_object(Bucket="other", Key="k", Body=b"x")
        with pytest.raises(s3.exceptions.ClientError) as made:
            s3.create_bucket(Bucket="models")

    assert len(id_) == 20
    assert len(keys.secret(id_) or "") == 40
    assert [code(other), code(made)] == ["AccessDenied", "AccessDenied"]


def test_the_protocol_works_over_tls_with_an_authority_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "pki").mkdir()
    authority = Authority(tmp_path / "pki", "service-ca")
    pair = authority.issue("store", "store", hosts=("127.0.0.1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with served(server(tmp_path).application(), context) as port:
        s3 = client(port, verify=str(authority.pair.certificate))
        s3.create_bucket(Bucket="models")
        s3.put_object(Bucket="models", Key="k", Body=b"over tls")
        assert s3.get_object(Bucket="models", Key="k")["Body"].read() == b"over tls"
        s3.close()
