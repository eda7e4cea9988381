import pytest

from dynamic_providers.threescale.errors import Rejected
from dynamic_providers.threescale.gateway_config import promoted
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted

TAKEN = Reply(status=422, body={"errors": {"version": ["has already been taken"]}})
STAGED = {"version": 3, "content": {"proxy": {}}}
WANTED = {"product_id": "1", "production_version": "2"}


def test_a_promotion_whose_answer_was_lost_is_no_error() -> None:
    with scripted(in_turn(TAKEN, Reply(body={"proxy_config": STAGED}))) as server:
        assert promoted(server.api(), WANTED, STAGED) == STAGED


@pytest.mark.parametrize(
    "held", [Reply(status=404, body={"status": "Not found"}), Reply(body={"proxy_config": STAGED | {"version": 4}})]
)
def test_a_promotion_that_was_refused_is_an_error(held: Reply) -> None:
    with scripted(in_turn(TAKEN, held)) as server, pytest.raises(Rejected, match="version has already been taken"):
        promoted(server.api(), WANTED, STAGED)
