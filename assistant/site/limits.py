"""Who may ask, how often, and how many at once. No address is kept: only a keyed hash, whose key changes every day."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from math import ceil
from typing import TypeVar

import anyio
import anyio.to_thread
from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from .typography import today_in_paris

Result = TypeVar("Result")


class Pace:
    """At most `per_minute` requests a minute from one address, and `burst` in the time that `burst` of them take."""

    def __init__(self, per_minute: int, burst: int, today: Callable[[], date] = today_in_paris) -> None:
        self.today = today
        self.items: tuple[RateLimitItem, ...] = ()
        if per_minute > 0:
            spacing = max(1, ceil(60 / per_minute))
            self.items = (RateLimitItemPerSecond(max(1, burst), spacing), RateLimitItemPerMinute(per_minute))
        self._renew(today())

    def _renew(self, day: date) -> None:
        self.day, self.key = day, secrets.token_bytes(32)
        self.limiter = MovingWindowRateLimiter(MemoryStorage())

    def seconds_to_wait(self, address: str) -> int:
        """0 when the request may pass (it is then counted), else how long to wait."""
        if not self.items:
            return 0
        if (day := self.today()) != self.day:
            self._renew(day)
        who = hashlib.blake2b(address.encode(), key=self.key, digest_size=16).hexdigest()
        for item in self.items:
            if not self.limiter.test(item, who):
                reset = self.limiter.get_window_stats(item, who).reset_time
                return max(1, ceil(reset - time.time()))
        for item in self.items:
            self.limiter.hit(item, who)
        return 0


class Overloaded(Exception):
    """Too many people ask at once: the request is refused rather than endured."""


class Turnstile:
    """Lets `workers` calls run at once and `waiting` wait, each at most `patience` seconds."""

    def __init__(self, workers: int, waiting: int, patience: float) -> None:
        self.semaphore = anyio.Semaphore(workers)
        self.threads = anyio.CapacityLimiter(workers)
        self.room, self.patience, self.waiting = waiting, patience, 0

    def is_full(self) -> bool:
        """True when nobody more may wait."""
        return self.waiting >= self.room

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        if self.is_full():
            raise Overloaded
        self.waiting += 1
        try:
            with anyio.fail_after(self.patience):
                await self.semaphore.acquire()
        except TimeoutError as late:
            raise Overloaded from late
        finally:
            self.waiting -= 1
        try:
            yield
        finally:
            self.semaphore.release()

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, run in a thread when its turn comes."""
        # A thread cannot be stopped: `abandon_on_cancel` stays off, so the place is given back only when it is done.
        async with self._place():
            return await anyio.to_thread.run_sync(work, limiter=self.threads)
