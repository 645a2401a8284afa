"""Work done beside the event loop: a bounded queue, worker processes, and one thread for the generator."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from vcmcodec import workers
from vcmcodec.encoder import opencv
from vcmcodec.errors import VcmError
from vcmcodec.serve import jobs

Result = TypeVar("Result")


class Busy(VcmError):
    """The queue is full."""


class WorkerLost(VcmError):
    """The process that worked on a request was killed, twice."""


class Pool:
    """At most ``queue`` requests wait or are worked on, by ``workers`` processes. The generator runs in one
    thread of this process, so that one network is in memory, which uses several cores by itself."""

    def __init__(self, workers: int, queue: int) -> None:
        self._workers, self._queue = workers, queue
        self._taken = 0
        self._processes: ProcessPoolExecutor | None = None
        self._renderer = ThreadPoolExecutor(1, "renderer")

    @property
    def taken(self) -> int:
        """Requests that wait or are worked on."""
        return self._taken

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place in the queue for one request. Raises Busy where it is full."""
        if self._taken >= self._queue:
            raise Busy(f"{self._queue} requests are waiting: try again later")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1

    async def start(self) -> None:
        """Starts the workers; returns when each has loaded what it needs."""
        await asyncio.gather(*(self._try(self._pool(), jobs.warm_up) for _ in range(self._workers)))

    def stop(self) -> None:
        """Ends the workers, whatever they are at; what is queued is dropped."""
        self._renderer.shutdown(wait=False, cancel_futures=True)
        if self._processes is not None:
            self._processes.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.kill()

    async def work(self, job: Callable[..., Result], *arguments: object) -> Result:
        """What ``job`` makes of its arguments, in a worker process. One that is killed is replaced, and the
        job done once more.

        Raises WorkerLost, and what the job raises.
        """
        for _ in range(2):
            pool = self._pool()
            try:
                return await self._try(pool, job, *arguments)
            except BrokenProcessPool:
                if self._processes is pool:
                    self._processes = None
        raise WorkerLost("the process that worked on it was killed")

    async def render(self, job: Callable[..., Result], *arguments: object) -> Result:
        """The same in the thread of the generator."""
        return await self._try(self._renderer, job, *arguments)

    def _pool(self) -> ProcessPoolExecutor:
        if self._processes is None:
            self._processes = workers.pool(self._workers, opencv.use_threads, 1)
        return self._processes

    async def _try(self, executor: Executor, job: Callable[..., Result], *arguments: object) -> Result:
        return await asyncio.get_running_loop().run_in_executor(executor, job, *arguments)
