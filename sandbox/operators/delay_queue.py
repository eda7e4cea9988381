"""The loop's queue: what to look at next, each thing once, some of it later."""

from __future__ import annotations

import heapq
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T", bound="Hashable")


class DelayQueue(Generic[T]):
    """Items by due time; an item that waits already is kept once, at the earlier time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._heap: list[tuple[float, int, T]] = []
        self._due: dict[T, float] = {}
        self._order = 0
        self._closed = False

    def add(self, item: T, delay: float = 0.0) -> None:
        """Put an item in, due in `delay` seconds."""
        due = self._clock() + delay
        with self._changed:
            if self._due.get(item, float("inf")) <= due:
                return
            self._due[item] = due
            self._order += 1
            heapq.heappush(self._heap, (due, self._order, item))
            self._changed.notify()

    def take(self) -> T | None:
        """The next due item, waiting for it; None when the queue was closed."""
        with self._changed:
            while not self._closed:
                self._drop_replaced()
                wait = self._heap[0][0] - self._clock() if self._heap else None
                if wait is not None and wait <= 0:
                    item = heapq.heappop(self._heap)[2]
                    del self._due[item]
                    return item
                self._changed.wait(wait)
            return None

    def close(self) -> None:
        """End every `take`."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _drop_replaced(self) -> None:
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
