"""A batch done by workers of a cluster: what ``--dask`` asks for."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

import vcmcodec
from vcmcodec.cli import batch, files, remarks, worklist

if TYPE_CHECKING:
    from vcmcodec.cluster.run import Work
    from vcmcodec.cluster.work import Outcome
    from vcmcodec.gallery import Gallery


def encoding(goal: dict[str, Any]) -> Work:
    """What workers do to encode. Raises ModuleNotFoundError without the extra."""
    from vcmcodec.cluster.work import Encoding

    return Encoding(goal)


def decoding(look: dict[str, Any], limits: vcmcodec.Limits, preview: bool) -> Work:
    """What workers do to decode. Raises ModuleNotFoundError without the extra."""
    from vcmcodec.cluster.work import Decoding

    return Decoding(look, limits, preview)


def reading(limits: vcmcodec.Limits) -> Work:
    """What workers do to read features. Raises ModuleNotFoundError without the extra."""
    from vcmcodec.cluster.work import Reading

    return Reading(limits)


def run(
    address: str,
    make: Callable[[], Work],
    sources: Sequence[Path | str],
    output: files.Output | None,
    *,
    source_suffixes: tuple[str, ...],
    target_suffix: str,
    recursive: bool,
    skip_existing: bool,
    force: bool,
    quiet: bool,
    jobs: int | None,
    goal: dict[str, Any] | None = None,
) -> None:
    """Does the work that ``make`` returns on all files, with a bar and a line for each failure; ends as
    :func:`vcmcodec.cli.batch.finish` does. ``goal``: arguments of an encoder, None for other work."""
    if output is None or files.STANDARD in (output.path, *sources):
        raise click.UsageError("--dask needs files, and -o a folder for them")
    if output.path.is_file():
        raise click.UsageError(f"many files need a folder to go to, and {output.path} is none")
    cluster, work = _installed(make)
    processes = _processes(address, jobs)
    todo, failed, skipped = cluster.tasks(
        [str(source) for source in sources],
        output.name,
        source_suffixes=source_suffixes,
        target_suffix=target_suffix,
        recursive=recursive,
        skip_existing=skip_existing,
        force=force,
    )
    count = len(todo) + len(failed)
    worklist.some(range(count + skipped), [Path(str(source)) for source in sources])

    def results() -> Iterator[batch.Result]:
        for outcome in itertools.chain(failed, cluster.run(work, todo, address, processes)):
            if outcome.code:
                yield worklist.Failed(outcome.path, outcome.code, outcome.reason)
            elif goal is None or outcome.made is None:
                yield batch.Report(outcome.path, _warnings(outcome))
            else:
                notes = [*outcome.notes, *remarks.warnings(outcome.made, goal)]
                yield batch.Report(outcome.path, remarks.lines(notes, [outcome.made], goal["face"]))

    many = recursive or len(sources) > 1
    batch.finish(results(), count, quiet, worklist.Work([], [], skipped, many))


def index(
    address: str, sources: Sequence[Path | str], limits: vcmcodec.Limits, quiet: bool, jobs: int | None
) -> tuple[Gallery, list[worklist.Failed]]:
    """As :func:`vcmcodec.cli.galleries.collected`, by workers."""
    from vcmcodec.cli import galleries

    cluster, work = _installed(lambda: reading(limits))
    processes = _processes(address, jobs)
    if files.STANDARD in sources:
        raise click.UsageError("--dask needs files")
    todo, none = cluster.reading_tasks([str(source) for source in sources], (".vcm",))
    worklist.some(todo, [Path(str(source)) for source in sources])
    found = {one.path: one for one in cluster.run(work, todo, address, processes)}
    ordered = [found[str(task.source)] for task in todo]  # they come as workers end
    for one in () if quiet else ordered:
        for warning in _warnings(one):
            click.echo(files.line(one.path, warning), err=True)
    failures = [worklist.Failed(source, worklist.USAGE, "no file is there") for source in none]
    failures += [worklist.Failed(one.path, one.code, one.reason) for one in ordered if one.code]
    features = {one.path: one.feature for one in ordered if not one.code}
    return galleries.gathered(features, failures, quiet), failures


def _processes(address: str, jobs: int | None) -> int:
    """How many processes of this machine work, where they do. Raises click.UsageError where ``jobs`` are
    asked for and they do not."""
    from vcmcodec.cluster.run import LOCAL

    if jobs is not None and address != LOCAL:
        raise click.UsageError(f"-j is for --dask {LOCAL}: a scheduler's workers are as many as they are")
    return jobs or batch.cores()


def _warnings(outcome: Outcome) -> tuple[str, ...]:
    return tuple(f"warning: {note}" for note in outcome.notes)


def _installed(make: Callable[[], Work]) -> tuple[ModuleType, Work]:
    """:mod:`vcmcodec.cluster.run`, and the work that ``make`` gives. Raises click.UsageError without the
    extra."""
    try:
        from vcmcodec.cluster import run as cluster

        return cluster, make()
    except ModuleNotFoundError as error:
        raise click.UsageError(f"needs {error.name}: pip install 'vcmcodec[dask]'") from None
