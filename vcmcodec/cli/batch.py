"""Many files in one command, several at a time, and the report of what was done."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import click

from vcmcodec import ExistsError, OutputError, VcmError
from vcmcodec.cli import fault, files
from vcmcodec.cli.worklist import Failed, Task, Work


class Report(NamedTuple):
    """What was done with a file: ``notes``, lines for stderr, and ``facts`` for ``--json``, one for each
    output."""

    path: Path | str
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
    """Does ``work`` on each task whose output is not there, or on all if ``force``, in ``jobs`` processes.
    Yields for each what it reports, None or how it failed, in order but where a process is killed. With
    ``skip_existing`` an output that has come to be there meanwhile is no failure. An interrupt stops all of
    it; what is half done leaves no file."""
    guarded = _Guarded(work, force, skip_existing)
    if jobs <= 1 or len(todo) <= 1:
        yield from map(guarded, todo)
        return
    from vcmcodec import workers  # takes longer to load than what most verbs do
    from vcmcodec.encoder import opencv

    before = set() if force else {task for task in todo if task.target.exists()}

    def found(task: Task) -> Result:  # outputs are written whole
        made = not force and task not in before and task.target.exists()
        return Report(task.source) if made else None

    for task, result in workers.each(guarded, todo, jobs, opencv.use_threads, 1, found=found):
        if isinstance(result, workers.Killed):
            yield Failed(task.source, fault.EXIT_CODE, "its process was killed")
        else:
            yield result


def failed(task: Task, error: VcmError) -> Failed:
    """How a task failed."""
    return Failed(task.target if isinstance(error, OutputError) else task.source, error.exit_code, str(error))


class _Guarded:
    """``work`` that returns errors instead of raising them; it can be sent to another process."""

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
            return Failed(task.source, fault.EXIT_CODE, fault.line(error))


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
        errors = [{"file": str(one.path), "exit": one.code, "error": one.reason} for one in failures]
        files.say(json.dumps({"files": facts, "errors": errors, **counts}, indent=2))
    if code:
        click.get_current_context().exit(code)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
