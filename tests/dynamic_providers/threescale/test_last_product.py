import pytest

from dynamic_providers.threescale.last_product import is_last, leave
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted


def products(*ids: int) -> Reply:
    return Reply(body={"services": [{"service": {"id": one}} for one in ids]})


def test_a_product_is_the_last_one_when_the_tenant_has_no_other() -> None:
    with scripted(in_turn(products(7), products(7, 8), products(8))) as server:
        api = server.api()
        assert [is_last(api, "7") for _ in range(3)] == [True, False, False]


def test_a_product_that_stays_lets_its_backends_go_and_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    usages = Reply(body=[{"backend_usage": {"id": 1}}])
    with scripted(in_turn(usages, Reply())) as server:
        leave(server.api(), "7")
        assert server.asked[1] == ("DELETE", "/admin/api/services/7/backend_usages/1.json")
    assert "product 7 stays, without its backends" in capsys.readouterr().out
