"""The option ``--dask``: a batch done by workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

import vcmcodec
from vcmcodec.cli import batch, files, worklist

if TYPE_CHECKING:
    from vcmcodec.cluster.run import Work

Verb = TypeVar("Verb", bound=Callable[..., Any])


def option(verb: Verb) -> Verb:
    """The option ``--dask``, given to the verb as ``dask``."""
    return click.option(
        "--dask",
        metavar="ADDRESS",
        help="Let workers of the scheduler there do it, or of this machine: local. Files may be URLs.",
    )(verb)


def none_elsewhere(sources: Sequence[Path | str], output: files.Output | None) -> None:
    """Raises click.UsageError for a URL, which only a cluster reaches."""
    for place in (*sources, output.name if output else ""):
        if "://" in str(place) and isinstance(place, str):
            raise click.UsageError(f"{place} is a URL: --dask takes those")


def encoding(goal: dict[str, Any]) -> Work:
    """What workers do to encode. Raises ModuleNotFoundError without the extra."""
    from vcmcodec.cluster.work import Encoding

    return Encoding(goal)


def decoding(look: dict[str, Any], limits: vcmcodec.Limits, preview: bool) -> Work:
    """What workers do to decode. Raises ModuleNotFoundError without the extra."""
    from vcmcodec.cluster.work import Decoding

    return Decoding(look, limits, preview)


def run(
    address: str,
    make: Callable[[], Work],
    sources: Sequence[Path | str],
    output: files.Output | None,
    *,
    endings: tuple[str, ...],
    suffix: str,
    recursive: bool,
    skip_existing: bool,
    force: bool,
    quiet: bool,
    jobs: int | None,
) -> None:
    """Does the work that ``make`` gives on all files, with a bar and a line for each failure; ends as
    :func:`vcmcodec.cli.batch.finish`."""
    if output is None or files.STANDARD in (output.path, *sources):
        raise click.UsageError("--dask needs files, and -o a folder for them")
    try:
        from vcmcodec.cluster import run as cluster

        work = make()
    except ModuleNotFoundError as error:
        raise click.UsageError(f"needs {error.name}: pip install 'vcmcodec[dask]'") from None
    todo, failed = cluster.tasks(
        [str(source) for source in sources],
        output.name,
        endings=endings,
        suffix=suffix,
        recursive=recursive,
        skip_existing=skip_existing,
        force=force,
    )
    worklist.some(
        [*todo, *failed, skip_existing] if skip_existing else [*todo, *failed],
        [Path(str(source)) for source in sources],
    )

    def results() -> Iterator[worklist.Failed | None]:
        for outcome in (*failed, *cluster.run(work, todo, address, jobs or batch.cores())):
            yield worklist.Failed(outcome.path, outcome.code, outcome.reason) if outcome.code else None

    batch.finish(results(), len(todo) + len(failed), quiet)
