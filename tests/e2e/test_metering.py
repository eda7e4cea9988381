"""Tokens as the engine generated them, as the gateway counted them, and as 3scale shows them."""

import json
import time
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import urlopen

import pytest
import requests

from sandbox.layout import Layout
from tests.support.deployed import Platform
from tests.support.running_sandbox import RunningSandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
COUNTS = ("prompt_tokens", "completion_tokens", "total_tokens")
OPTIONS: tuple[dict[str, Any], ...] = ({}, {"stream_options": {}}, {"stream_options": {"include_usage": False}})


class Application:
    """A developer's application of the dev stack's model, and where its tokens are written down."""

    def __init__(self, platform: Platform) -> None:
        outputs, self._endpoints = platform.outputs(), platform.endpoints
        (self.model,) = outputs["models"]
        reference = next(iter(outputs["test_application_keys"].values()))
        cluster = RunningSandbox(Layout.at(platform.directory))
        path = f"/api/v1/namespaces/{reference['namespace']}/secrets/{reference['name']}"
        self.key = b64decode(cluster.kube("GET", path).json()["data"][reference["key"]]).decode()
        token = platform.pulumi("config", "get", "threescaleSeedToken").strip()
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.proxies, self.session.verify = {"https": self._endpoints["proxy"]}, self._endpoints["ca_file"]
        self._admin_url, self._token = outputs["threescale_admin_url"], token

    def asked(self, **body: object) -> requests.Response:
        """A chat completion through the gateway."""
        said = {"model": self.model["served_model_name"], "messages": [{"role": "user", "content": "Count to ten."}]}
        return self.session.post(
            f"{self.model['production_url']}/v1/chat/completions",
            json={**said, **body},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
        )

    def generated(self) -> dict[str, int]:
        """What the engine's own ledger has, by count."""
        name = f"{self.model['system_name']}-predictor"
        with urlopen(f"{self._endpoints['control_url']}/model/llm-hosting/{name}/_ledger", timeout=10) as answer:  # noqa: S310 (loopback)
            entries = json.load(answer)["requests"]
        return {count: sum(entry[count] for entry in entries) for count in COUNTS}

    def _read(self, path: str, **query: str) -> Any:  # noqa: ANN401  # JSON
        answer = self.session.get(f"{self._admin_url}{path}", params=query, auth=("", self._token), timeout=30)
        answer.raise_for_status()
        return answer.json()

    def counted(self) -> dict[str, int]:
        """What 3scale's statistics show for today."""
        services = self._read("/admin/api/services.json")["services"]
        (number,) = (
            one["service"]["id"] for one in services if one["service"]["system_name"] == self.model["system_name"]
        )
        since = time.strftime("%Y-%m-%d 00:00:00", time.gmtime())
        day = {"period": "day", "since": since, "timezone": "UTC"}
        return {
            count: self._read(f"/stats/services/{number}/usage.json", metric_name=count, **day)["total"]
            for count in COUNTS
        }

    def counted_since(self, before: dict[str, int], expected: dict[str, int]) -> dict[str, int]:
        """What was counted meanwhile, once it is as expected or after 30 seconds: reports follow their answers."""
        deadline = time.monotonic() + 30
        while (found := difference(self.counted(), before)) != expected and time.monotonic() < deadline:
            time.sleep(0.2)
        return found


def difference(now: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    return {count: now[count] - before[count] for count in COUNTS}


@pytest.fixture(scope="module")
def application(platform: Platform) -> Application:
    return Application(platform)


@pytest.mark.row("S-206", "S-220")
def test_3scale_shows_the_tokens_that_the_engine_generated_and_no_other(application: Application) -> None:
    generated, counted = application.generated(), application.counted()
    bodies: list[dict[str, Any]] = [{"max_tokens": 7}, *({"stream": True, **options} for options in OPTIONS)] * 8
    with ThreadPoolExecutor(8) as workers:
        answers = list(workers.map(lambda body: application.asked(**body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    expected = difference(application.generated(), generated)
    assert expected["total_tokens"] > 32
    assert application.counted_since(counted, expected) == expected


@pytest.mark.row("S-211")
def test_a_request_of_a_known_key_asks_nobody_for_the_configuration(
    application: Application, platform: Platform
) -> None:
    assert application.asked().status_code == 200
    platform.forget_requests()
    for _ in range(5):
        assert application.asked(stream=True).status_code == 200
    asked = [entry["path"] for entry in platform.requests() if entry["part"] == "threescale"]
    assert [path for path in asked if not path.startswith("/transactions")] == []
    assert len([path for path in asked if path.startswith("/transactions/authrep")]) == 5


def test_a_request_that_is_wrong_passes_as_it_is_and_counts_nothing(application: Application) -> None:
    generated, counted = application.generated(), application.counted()
    for body in ({"stream": True, "stream_options": "all"}, {"max_tokens": 0}, {"model": "nobody"}):
        assert application.asked(**body).status_code in (400, 404)
    # Reports go out in their order: once this answer is counted, those before it would be.
    assert application.asked().status_code == 200
    expected = difference(application.generated(), generated)
    assert expected["total_tokens"] > 0
    assert application.counted_since(counted, expected) == expected
