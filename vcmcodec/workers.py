"""Work by several processes: one that is killed takes no other item with it, and none outlives its parent.

A worker is a fresh interpreter, as forking a process that has threads is not safe. It ignores the terminal's
interrupts: the parent receives them, and asks the workers to stop.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from typing import Any, Final, TypeVar, final

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST = 61
"""More processes Windows cannot wait for."""

ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(128 << 20),
}
"""What workers run fastest with. Threads of several workers that multiply matrices wait for each other, which
takes four times as long; and where the C library gives the memory of every array back to the system, as
Dask's workers tell it to, encoding takes half as long again."""

PATIENCE = 5.0
"""Seconds that workers have to end what they are at."""

_EXIT_CODE = 1


@final
class Killed:
    """What comes of an item whose process was killed."""


KILLED: Final = Killed()

_stop: Event | None = None
_fault: Exception | None = None


def stopping() -> bool:
    """Whether a worker's parent has given up: long work may then end early, as nobody waits for it."""
    return _stop is not None and _stop.is_set()


def pool(jobs: int, prepare: Callable[..., object], *arguments: object) -> ProcessPoolExecutor:
    """``jobs`` workers, each of which calls ``prepare``, which raises nothing, with ``arguments`` first."""
    return _executor(jobs, None, prepare, arguments)


def inherit_environment() -> None:
    """Lets processes that are started from now on inherit ENVIRONMENT, but for what is set already: libraries
    read it when they are loaded."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)


def _executor(
    jobs: int, stop: Event | None, prepare: Callable[..., object], arguments: tuple[object, ...]
) -> ProcessPoolExecutor:
    inherit_environment()
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, context, _start, (stop, prepare, arguments))


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    prepare: Callable[..., object],
    *arguments: object,
    found: Callable[[Item], Result | None] = lambda item: None,
) -> Generator[tuple[Item, Result | Killed], None, None]:
    """Every item with what ``work`` makes of it, by ``jobs`` workers that ``prepare`` as in :func:`pool`; in
    order but where a process is killed.

    The system does not say which item a killed process was at. The items that were under way are therefore
    done again, one by one: the one whose process is killed then gives KILLED, and the others go on. ``found``
    gives the result of an item that was finished before the result could be sent; None where it was not
    finished.

    An interrupt, or closing the iterator, ends the workers, which see it by :func:`stopping`; those that go
    on for longer than PATIENCE are killed.

    Raises what ``work`` and ``prepare`` raise.
    """
    jobs = max(1, min(jobs, len(items), _MOST))
    todo, suspects = list(items), 0
    while todo:
        alone = jobs == 1 or suspects > 0
        count = suspects or len(todo)
        group, todo = todo[:count], todo[count:]
        lost: list[Item] = []
        yield from _each(work, group, 1 if alone else jobs, prepare, arguments, lost)
        if not lost:
            suspects = 0
        elif alone:  # the first that a single worker did not do is the one that it was at
            yield lost[0], KILLED
            todo = lost[1:] + todo
            suspects = len(lost) - 1 if suspects else 0
        else:
            for item in lost:
                result = found(item)
                if result is None:
                    todo.append(item)
                else:
                    yield item, result
            suspects = min(2 * jobs + 1, len(todo))  # as many as were under way or handed out


def _each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    jobs: int,
    prepare: Callable[..., object],
    arguments: tuple[object, ...],
    lost: list[Item],
) -> Iterator[tuple[Item, Result]]:
    """The same by one set of workers. Where one is killed, what is not done by then goes to ``lost``."""
    stop = multiprocessing.get_context("spawn").Event()
    others = set(multiprocessing.active_children())
    executor = _executor(jobs, stop, prepare, arguments)
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    left: list[Item] = []
    try:
        with _interrupts_blocked():  # a worker begins with this process's mask, long before _start
            for item in items:
                try:
                    waiting.append((item, executor.submit(_work, work, item)))
                except BrokenProcessPool:
                    left.append(item)
        while waiting:
            item, future = waiting.popleft()
            try:
                result = future.result()
            except BrokenProcessPool:
                lost.append(item)
                continue
            yield item, result
        lost += left
    except BaseException:
        stop.set()
        executor.shutdown(wait=False, cancel_futures=True)
        _end(set(multiprocessing.active_children()) - others)
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _end(processes: set[BaseProcess]) -> None:
    """Waits for processes that were asked to end, and kills those that do not."""
    until = time.monotonic() + PATIENCE
    for process in processes:
        process.join(max(0.0, until - time.monotonic()))
        process.kill()


def _start(stop: Event | None, prepare: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    global _stop, _fault
    _stop = stop
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        prepare(*arguments)
    except Exception as error:  # raised here, it would look as if the process was killed
        _fault = error


def _work(work: Callable[[Item], Result], item: Item) -> Result:
    if _fault is not None:
        raise _fault
    return work(item)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(_EXIT_CODE)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Interrupts of this thread wait, where the system has such masks."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
