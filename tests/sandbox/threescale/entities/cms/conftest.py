"""The portal's content as a client of the CMS API and as a visitor sees it."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.threescale.app import Request, Response
from tests.support.tenant import TOKEN

if TYPE_CHECKING:
    from tests.support.tenant import Answer, Api

Attachment = tuple[str, bytes, str]
"""File name, content, content type."""


@dataclass
class Cms:
    api: Api

    def call(self, method: str, path: str, data: Any = None, **more: Any) -> Answer:  # noqa: ANN401 - any JSON value
        return self.api.call(method, f"/admin/api/cms/{path}.json", data, **more)

    def done(self, method: str, path: str, /, **fields: Any) -> Any:  # noqa: ANN401 - any JSON value
        """The object of a good answer."""
        answer = self.call(method, path, fields or None)
        assert answer.status == (201 if method == "POST" else 200), answer.text
        return answer.json if answer.text else {}

    def refused(self, method: str, path: str, /, **fields: Any) -> tuple[int, Any]:  # noqa: ANN401 - any JSON value
        answer = self.call(method, path, fields or None)
        assert answer.status >= 400, answer.text
        return answer.status, answer.json if answer.text.startswith("{") else answer.text

    def template(self, kind: str, name: str) -> dict[str, Any]:
        """The one template of a type with that path or system name, with its texts."""
        query = f"type={kind}&content=true&per_page=100"
        rows = self.call("GET", "templates", query=query).json["collection"]
        (found,) = [row for row in rows if name in (row.get("path"), row["system_name"])]
        return dict(found)

    def upload(self, method: str, path: str, attachment: Attachment, /, **fields: str) -> tuple[int, Any]:
        """Status and JSON of a multipart request as an HTTP library encodes it."""
        url = f"http://x/admin/api/cms/{path}.json"
        prepared = requests.Request(method, url, data=fields, files={"attachment": attachment}).prepare()
        assert isinstance(prepared.body, bytes)
        basic = b64encode(f":{TOKEN}".encode()).decode()
        headers = {"authorization": f"Basic {basic}", "content-type": prepared.headers["Content-Type"]}
        answer = self._answer(Request(method, "127.0.0.1", prepared.path_url, "", headers, prepared.body))
        return answer.status, json.loads(answer.body)

    def seen(self, path: str) -> Response:
        """What a visitor of the portal gets."""
        code = self.api.get("/provider")["account"]["site_access_code"]
        return self._answer(Request("GET", "maas.apps.maas.test", path, "", {"cookie": f"access_code={code}"}))

    def _answer(self, request: Request) -> Response:
        return self.api.emulator.answer(request)


@pytest.fixture
def cms(api: Api) -> Cms:
    return Cms(api)
