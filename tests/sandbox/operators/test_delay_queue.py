from __future__ import annotations

import threading

from sandbox.operators.delay_queue import DelayQueue


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_items_come_in_the_order_of_their_due_times() -> None:
    clock = Clock()
    queue = DelayQueue[str](clock)
    queue.add("later", 2.0)
    queue.add("sooner", 1.0)
    clock.now = 3.0
    assert [queue.take(), queue.take()] == ["sooner", "later"]


def test_an_item_waits_once_at_its_earliest_time() -> None:
    clock = Clock()
    queue = DelayQueue[str](clock)
    queue.add("a", 5.0)
    queue.add("a", 1.0)
    queue.add("a", 3.0)
    queue.add("b", 4.0)
    clock.now = 6.0
    assert [queue.take(), queue.take()] == ["a", "b"]
    queue.close()
    assert queue.take() is None


def test_closing_ends_a_wait() -> None:
    queue = DelayQueue[str]()
    taken: list[str | None] = ["not yet"]
    waiter = threading.Thread(target=lambda: taken.append(queue.take()))
    waiter.start()
    queue.close()
    waiter.join(5)
    assert taken[-1] is None
