"""The limit of requests to one tenant is one for all provider instances of a program."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from components.site.instances import MOST
from dynamic_providers.threescale import at_once
from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.transport import Patience
from tests.dynamic_providers.threescale.scripted import TOKEN, Reply, scripted
from tests.support.plugin_host import Held, PluginHost

BACKEND = {"id": 1, "system_name": "any", "name": "Any", "private_endpoint": "http://upstream.example:80"}
TOO_MANY_SECONDS = 0.5
"""For so long nobody is answered once the limit is reached: whoever comes too is one too many."""


class Counter:
    """Answers nobody before `limit` requests are there at once, and notes how many there were at most."""

    def __init__(self, limit: int) -> None:
        self.most = 0
        self._limit, self._here = limit, 0
        self._guard, self._full, self._more = threading.Lock(), threading.Event(), threading.Event()

    def reply(self, _method: str, _path: str) -> Reply:
        with self._guard:
            self._here += 1
            self.most = max(self.most, self._here)
            if self._here >= self._limit:
                self._full.set()
            if self._here > self._limit:
                self._more.set()
        if self._full.wait(20):
            self._more.wait(TOO_MANY_SECONDS)
        with self._guard:
            self._here -= 1
        return Reply(body={"backend_api": BACKEND})


def test_one_process_sends_a_tenant_as_many_requests_as_its_share_and_no_more() -> None:
    counter = Counter(at_once.OF_A_PROCESS)
    with scripted(counter.reply) as server:
        api = server.api(patience=Patience())
        with ThreadPoolExecutor(2 * at_once.OF_A_PROCESS) as pool:
            list(pool.map(lambda _: api.call("GET", "backend_apis/1"), range(2 * at_once.OF_A_PROCESS)))
    assert counter.most == at_once.OF_A_PROCESS


def test_all_instances_together_send_a_tenant_as_many_requests_as_it_is_to_get_and_no_more() -> None:
    counter = Counter(at_once.OF_A_TENANT)
    with scripted(counter.reply) as server, ExitStack() as running:
        settings = {"adminUrl": server.url, "accessToken": TOKEN}
        hosts = [running.enter_context(PluginHost(settings)) for _ in range(MOST)]
        asked = 2 * at_once.OF_A_PROCESS * hosts
        with ThreadPoolExecutor(len(asked)) as pool:
            held = Held("1", BACKEND, BACKEND)
            list(pool.map(lambda host: host.read(BackendProvider, held), asked))
    assert counter.most == at_once.OF_A_TENANT
