"""Files over the CMS API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.threescale.params import Upload, body_params

if TYPE_CHECKING:
    from tests.sandbox.threescale.entities.cms.conftest import Cms

PNG = ("logo.png", b"\x89PNG\r\n\x1a\n\x00\xff", "image/png")


def test_a_file_is_uploaded_and_shown_without_size_or_checksum(cms: Cms) -> None:
    images = cms.done("GET", "sections/images")["id"]
    status, made = cms.upload("POST", "files", PNG, path="images/logo.png", section_id=str(images))
    assert status == 201
    url = made.pop("url")
    assert url.startswith("https://maas.apps.maas.test/system/")
    assert set(made) == {
        *("id", "created_at", "updated_at", "section_id", "path", "downloadable", "title", "content_type")
    }
    told = (made["section_id"], made["path"], made["downloadable"], made["title"], made["content_type"])
    assert told == (images, "/images/logo.png", False, "logo.png", "image/png")


def test_each_field_can_be_changed_alone(cms: Cms) -> None:
    _, made = cms.upload("POST", "files", PNG, path="/logo.png")
    path = f"files/{made['id']}"
    changed = cms.done("PUT", path, downloadable=True)
    assert (changed["downloadable"], changed["title"]) == (True, "logo.png")
    assert cms.seen("/logo.png").headers == {"Content-Disposition": 'attachment; filename="logo.png"'}
    _, replaced = cms.upload("PUT", path, ("new name.gif", b"GIF", "image/gif"))
    assert (replaced["title"], replaced["content_type"], replaced["path"]) == ("new_name.gif", "image/gif", "/logo.png")
    assert cms.seen("/logo.png").body == b"GIF"
    assert cms.done("DELETE", path) == {}
    assert cms.seen("/logo.png").status == 404


def test_a_path_and_an_attachment_are_needed_and_the_path_is_unique_among_files(cms: Cms) -> None:
    assert cms.refused("POST", "files", downloadable=True) == (
        422,
        {"errors": {"path": ["can't be blank"], "attachment": ["can't be blank"]}},
    )
    taken = cms.upload("POST", "files", PNG, path="/favicon.ico")
    assert taken == (422, {"errors": {"path": ["has already been taken"]}})
    assert cms.upload("POST", "files", PNG, path="/docs")[0] == 201


def test_an_unknown_section_is_the_root_and_a_known_one_can_be_listed(cms: Cms) -> None:
    _, made = cms.upload("POST", "files", PNG, path="/x.png", section_id="999")
    root = cms.done("GET", "sections/root")["id"]
    assert made["section_id"] == root
    listed = cms.call("GET", "files", query="section_id=root").json["collection"]
    assert [one["path"] for one in listed] == ["/x.png"]
    assert cms.call("GET", "files", query="section_id=nowhere").status == 404


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.binary(min_size=1, max_size=300) | st.just(bytes(range(256))) | st.just(b"\r\n--x\r\r\n\n"))
def test_no_byte_of_an_upload_is_lost(data: bytes) -> None:
    boundary = "b0unDary-4711"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="attachment"; filename="f"\r\n\r\n'.encode()
    body = head + data + f"\r\n--{boundary}--\r\n".encode()
    found = body_params(f"multipart/form-data; boundary={boundary}", body)
    assert found == {"attachment": Upload("f", "application/octet-stream", data)}
