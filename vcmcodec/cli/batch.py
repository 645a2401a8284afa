"""Many files in one command, several at a time, and what is said of them."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import click

from vcmcodec import ExistsError, OutputError, VcmError
from vcmcodec.cli import fault, files
from vcmcodec.cli.worklist import Failed, Task, Work

_MOST = 61
"""More processes Windows cannot wait for."""


class Report(NamedTuple):
    """What was done with a file: ``notes``, lines for stderr, and ``facts`` for ``--json``, one for each
    output."""

    path: Path
    notes: tuple[str, ...] = ()
    facts: tuple[dict[str, Any], ...] = ()
    skipped: bool = False


Result: TypeAlias = "Report | Failed | None"


def run(
    work: Callable[[Task], Result],
    todo: list[Task],
    jobs: int,
    force: bool = True,
    skip_existing: bool = False,
) -> Iterator[Result]:
    """``work`` on each task whose output is not there, or on all if ``force``, by as many processes as
    ``jobs`` says; for each what it reports, None or how it failed, in order but where a process is killed.
    With ``skip_existing`` an output that has come to be there meanwhile is no failure. An interrupt stops all
    of it; what is half done leaves no file."""
    guarded = _Guarded(work, force, skip_existing)
    if jobs <= 1 or len(todo) <= 1:
        yield from map(guarded, todo)
        return
    before = set() if force else {task for task in todo if task.target.exists()}
    jobs, suspects = min(jobs, len(todo), _MOST), 0
    while todo:
        # Nobody tells which of the tasks that were under way had its process killed: they go one by one.
        group, todo = (todo[:1], todo[1:]) if suspects else (todo, [])
        suspects = max(0, suspects - 1)
        lost: list[Task] = []
        yield from _parallel(guarded, group, 1 if len(group) == 1 else jobs, lost)
        if len(group) == 1:
            yield from (Failed(task.source, fault.EXIT_CODE, "its process was killed") for task in lost)
        elif lost:
            # Outputs are written whole: one that was not there before was done, and only not told of.
            todo = [task for task in lost if force or task in before or not task.target.exists()]
            yield from [None] * (len(lost) - len(todo))
            suspects = 2 * jobs + 1


def _parallel(guarded: _Guarded, todo: Sequence[Task], jobs: int, lost: list[Task]) -> Iterator[Result]:
    """What comes of each task. Where a process is killed, what is not done by then goes to ``lost``."""
    import multiprocessing  # takes longer to load than what most verbs do
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_prepare)
    try:
        with _interrupts_blocked():  # a worker begins with this process's mask, long before _prepare
            done = [pool.submit(guarded, task) for task in todo]
        for task, result in zip(todo, done):
            try:
                yield result.result()
            except BrokenProcessPool:
                lost.append(task)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def failed(task: Task, error: VcmError) -> Failed:
    """How a task failed."""
    return Failed(task.target if isinstance(error, OutputError) else task.source, error.exit_code, str(error))


class _Guarded:
    """``work`` that tells of errors instead of raising them; it can be sent to another process."""

    def __init__(self, work: Callable[[Task], Result], force: bool, skip_existing: bool) -> None:
        self._work, self._force, self._skip_existing = work, force, skip_existing

    def __call__(self, task: Task) -> Result:
        try:
            files.free(task.target, self._force)
            return self._work(task)
        except ExistsError as error:
            return Report(task.source, skipped=True) if self._skip_existing else failed(task, error)
        except VcmError as error:
            return failed(task, error)
        except (click.UsageError, BrokenPipeError):
            raise
        except Exception as error:  # one picture's fault is not the others'
            return Failed(task.source, fault.EXIT_CODE, fault.told(error))


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


def _prepare() -> None:
    """A worker leaves interrupts to its parent, the other cores to the other workers, and ends with its
    parent, however that ends."""
    import multiprocessing
    import threading

    def follow() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(fault.EXIT_CODE)

    threading.Thread(target=follow, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OPENCV_FOR_THREADS_NUM"] = "1"  # read when OpenCV is imported, which it is not yet


def finish(
    results: Iterable[Result],
    count: int,
    quiet: bool = False,
    work: Work | None = None,
    as_json: bool = False,
) -> None:
    """Waits for all ``count`` results, with a bar where stderr is a terminal and not ``quiet``; on stderr
    what there is to note of each and the summary of a batch unless ``quiet``, and a line for each failure. On
    stdout, if ``as_json``, an object of all facts. Then the exit code of the first failure."""
    code = done = 0
    skipped = work.skipped if work else 0
    before = work.failed if work else []
    facts: list[dict[str, Any]] = []
    failures: list[Failed] = []
    shown = count > 1 and not quiet and sys.stderr.isatty()
    with click.progressbar(length=count, file=sys.stderr) if shown else nullcontext() as bar:
        for index, result in enumerate(itertools.chain(before, results)):
            if bar is not None and index >= len(before):
                bar.update(1)
            lines: list[str] = []
            if isinstance(result, Failed):
                lines = [files.line(result.path, result.reason)]
                failures.append(result)
                code = code or result.code
            elif result is not None and result.skipped:
                skipped += 1
            else:
                done += 1
                if result is not None:
                    facts += result.facts
                    lines = [] if quiet else [files.line(result.path, note) for note in result.notes]
            for line in lines:
                if bar is not None:
                    click.echo("\r\033[K", nl=False, err=True)  # the bar is drawn again behind it
                click.echo(line, err=True)
    counts = {"done": done, "skipped": skipped, "failed": len(failures)}
    if work and work.many and not quiet:
        said = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        click.echo(f"vcm: {said or 'nothing to do'}", err=True)
    if as_json:
        told = [{"file": str(one.path), "exit": one.code, "error": one.reason} for one in failures]
        files.say(json.dumps({"files": facts, "errors": told, **counts}, indent=2))
    if code:
        click.get_current_context().exit(code)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
