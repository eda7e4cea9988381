import pytest

from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.gateway_config import deployed, digest, promoted
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted

TAKEN = Reply(status=422, body={"errors": {"version": ["has already been taken"]}})
STAGED = {"version": 3, "content": {"proxy": {}}}
WANTED = {"product_id": "1", "production_version": "2", "content_digest": "of version 2"}


def test_a_promotion_whose_answer_was_lost_is_no_error() -> None:
    with scripted(in_turn(TAKEN, Reply(body={"proxy_config": STAGED}))) as server:
        assert promoted(server.api(), WANTED, STAGED) == STAGED


@pytest.mark.parametrize(
    "held", [Reply(status=404, body={"status": "Not found"}), Reply(body={"proxy_config": STAGED | {"version": 4}})]
)
def test_a_promotion_that_was_refused_is_an_error(held: Reply) -> None:
    with scripted(in_turn(TAKEN, held)) as server, pytest.raises(Rejected, match="version has already been taken"):
        promoted(server.api(), WANTED, STAGED)


def test_a_deploy_that_somebody_else_keeps_out_is_an_error() -> None:
    proxy = Reply(body={"proxy": {"api_backend": "http://ours", "oauth_login_url": "https://login.example"}})
    theirs = Reply(body={"proxy_config": {"version": 4, "content": {"proxy": {"api_backend": "http://theirs"}}}})
    with scripted(in_turn(proxy, theirs)) as server, pytest.raises(Rejected, match="somebody else's deploy stays"):
        deployed(server.api(), WANTED)


def test_a_deploy_that_saves_nothing_after_all_is_an_error() -> None:
    proxy = Reply(body={"proxy": {"api_backend": "http://ours"}})
    theirs = Reply(body={"proxy_config": {"version": 4, "content": {"proxy": {"api_backend": "http://theirs"}}}})
    with scripted(in_turn(proxy, theirs, proxy, theirs)) as server, pytest.raises(Rejected, match="3scale saved no"):
        deployed(server.api(), WANTED)


def test_while_the_service_token_is_waited_for_the_backends_are_asked_for_once() -> None:
    posted = [0]

    def reply(method: str, path: str) -> Reply:
        posted[0] += method == "POST"
        if "backend_usages" in path:
            return Reply(body=[{"backend_usage": {"id": 1, "path": "/"}}])
        if path.endswith("latest.json") and posted[0] < 4:
            return Reply(status=404, body={"status": "Not found"})
        return Reply(body={"proxy_config": STAGED} if path.endswith("latest.json") else {"proxy": {"lock_version": 1}})

    with scripted(reply) as server:
        assert deployed(server.api(), WANTED) == STAGED
        assert posted[0] == 4
        assert len([path for _, path in server.asked if "backend_usages" in path]) == 1


def test_a_rule_that_was_made_again_says_the_same_to_the_gateway() -> None:
    rule = {"id": 1, "metric_id": 7, "metric_system_name": "chat", "pattern": "/chat", "updated_at": "then"}
    again = rule | {"id": 2, "metric_id": 8, "updated_at": "now"}
    other = rule | {"metric_system_name": "hits"}
    first, second, third = (digest({"content": {"proxy": {"proxy_rules": [one]}}}) for one in (rule, again, other))
    assert first == second != third
