"""Many files in one command: which there are, where each goes, and several at a time."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, NamedTuple

import click

from vcmcodec import OutputError, VcmError
from vcmcodec.cli import fault, files

_MOST = 61
"""More processes Windows cannot wait for."""


class Task(NamedTuple):
    """A file to read and one to write."""

    source: Path
    target: Path


class Failed(NamedTuple):
    """A file that could not be done: its name or its URL, the exit code, and why."""

    path: Path | str
    code: int
    reason: str


def below(sources: Iterable[Path], endings: tuple[str, ...], recursive: bool) -> list[Path]:
    """``sources``, with folders replaced by the files below them that end in one of ``endings``, sorted.

    Raises click.UsageError for a folder where that is not ``recursive``.
    """
    found: list[Path] = []
    for source in sources:
        if not source.is_dir():
            found.append(source)
        elif recursive:
            files = (path for path in source.rglob("*") if path.suffix.lower() in endings)
            found += sorted(path for path in files if path.is_file())
        else:
            raise click.UsageError(f"{source} is a folder: --recursive takes all files below it")
    return found


def some(found: Sequence[Any], sources: Sequence[Path]) -> None:
    """Raises click.UsageError where nothing was found: a folder may be mistyped."""
    if not found:
        raise click.UsageError(f"no files to take below {', '.join(map(str, sources))}")


def tasks(
    sources: Iterable[Path],
    output: Path | None,
    *,
    endings: tuple[str, ...],
    suffix: str,
    recursive: bool = False,
    skip_existing: bool = False,
) -> list[Task]:
    """What to do for ``sources``, files and, if ``recursive``, folders, of which all files below that end
    in one of ``endings`` are taken. ``output``: a file for one, a folder for many, below which the tree is
    mirrored; None: beside the source. Outputs end in ``suffix`` unless named.

    Makes the folders of the tree. Raises OutputError where it cannot, and click.UsageError where the
    arguments make no sense: a folder, and not ``recursive``, or nothing below it; many files and no folder;
    two files to one output; an output that is an input.
    """
    named = list(sources)
    if files.STANDARD in named and (len(named) > 1 or recursive):
        raise click.UsageError("- stands alone")
    found = [
        (path, path.relative_to(source) if source.is_dir() else Path(path.name))
        for source in named
        for path in below([source], endings, recursive)
    ]
    many = len(named) > 1 or named[0].is_dir()
    if many and output == files.STANDARD:
        raise click.UsageError("many files cannot all go to stdout")
    if many and output is not None and not output.is_dir() and (output.exists() or not recursive):
        raise click.UsageError(f"many files need a folder to go to, and {output} is none")
    some(found, named)
    made: dict[Path, Path] = {}
    for source, relative in found:
        if output is None or files.STANDARD in (source, output):
            target = files.output_path(source, output, suffix)
        elif many or output.is_dir():
            target = (output / relative).with_suffix(suffix)
        else:
            target = output
        if target in made:
            raise click.UsageError(f"{made[target]} and {source} would both become {target}")
        made[target] = source
    for target, source in made.items():
        files.output_path(source, target, suffix)
    todo = [Task(source, target) for target, source in made.items()]
    if many and output is not None:
        for folder in sorted({task.target.parent for task in todo}):
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{folder} cannot be made: {error.strerror or error}") from None
    return [task for task in todo if not (skip_existing and task.target.exists())]


def run(
    work: Callable[[Task], None], todo: list[Task], jobs: int, force: bool = True
) -> Iterator[Failed | None]:
    """``work`` on each task whose output is not there, or on all if ``force``, by as many processes as
    ``jobs`` says; for each None or how it failed, in order but where a process is killed. An interrupt stops
    all of it; what is half done leaves no file."""
    guarded = _Guarded(work, force)
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


def _parallel(
    guarded: _Guarded, todo: Sequence[Task], jobs: int, lost: list[Task]
) -> Iterator[Failed | None]:
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

    def __init__(self, work: Callable[[Task], None], force: bool) -> None:
        self._work, self._force = work, force

    def __call__(self, task: Task) -> Failed | None:
        try:
            files.free(task.target, self._force)
            self._work(task)
        except VcmError as error:
            return failed(task, error)
        except (click.UsageError, BrokenPipeError):
            raise
        except Exception as error:  # one picture's fault is not the others'
            return Failed(task.source, fault.EXIT_CODE, fault.told(error))
        return None


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


def finish(results: Iterable[Failed | None], count: int, quiet: bool = False) -> None:
    """Waits for all results, with a bar where stderr is a terminal and not ``quiet``; a line for each
    failure, and then the exit code of the first."""
    code = 0
    shown = count > 1 and not quiet and sys.stderr.isatty()
    with click.progressbar(length=count, file=sys.stderr) if shown else nullcontext() as bar:
        for failed in results:
            if bar is not None:
                bar.update(1)
            if failed is not None:
                if bar is not None:
                    click.echo("\r\033[K", nl=False, err=True)  # the bar is drawn again behind it
                click.echo(files.line(failed.path, failed.reason), err=True)
                code = code or failed.code
    if code:
        click.get_current_context().exit(code)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
