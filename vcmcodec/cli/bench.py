"""``vcm bench``: this codec and its peers on a folder of faces, judged by the field's judges."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import TracebackType

import click

from vcmcodec.cli import options


class _Progress:
    """A bar on stderr for each stage, where that is a terminal; nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()
        self._stage = ""

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not self._shown:
            return
        done = min(done, total)
        filled = 30 * done // max(1, total)
        line = f"{stage:<10}[{'#' * filled}{'-' * (30 - filled)}] {done}/{total}"
        click.echo(f"\r\033[K{line}", nl=False, err=True)


@click.command()
@click.argument(
    "folders",
    metavar="FACES_DIR...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the report goes: results.json, report.html, and scores to go on from.",
)
@click.option(
    "--codec",
    "codecs",
    metavar="NAME",
    multiple=True,
    help="A codec to run; may be repeated. Or a pair of shell commands, 'NAME[@POINT]=ENCODE {in} {out};"
    "DECODE {in} {out}', PNG in and PNG out.  [default: all that are built in]",
)
@click.option("--limit", metavar="K", type=options.Whole(1), help="Run on this many faces, spread evenly.")
@click.option(
    "--jobs",
    metavar="J",
    type=options.Whole(1),
    default=min(os.cpu_count() or 1, 8),
    show_default="one a core, up to 8",
    help="Processes that score, of about 1 GiB each.",
)
@click.option("--landmarks", is_flag=True, help="Ask a second landmark detector too (MediaPipe's face mesh).")
@click.option("--people", is_flag=True, help="Faces lie in one folder a person: judge verification.")
@click.option(
    "--groups",
    metavar="CSV",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Report figures by group: a file with the columns file and group.",
)
@click.option("--json", "as_json", is_flag=True, help="Print results.json instead of the tables.")
@click.option(
    "--into",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Refresh the tables in this document, between <!-- bench:begin --> and <!-- bench:end -->.",
)
@click.option("--mark", default="bench", help="The name of these marks.")
def bench(
    folders: tuple[Path, ...],
    output: Path,
    codecs: tuple[str, ...],
    limit: int | None,
    jobs: int,
    landmarks: bool,
    people: bool,
    groups: Path | None,
    as_json: bool,
    into: Path | None,
    mark: str,
) -> None:
    """Code all faces below FACES_DIR with each codec at several operating points, decode and judge them.

    What is scored is kept in DIR and not scored again. A codec or judge whose package is missing, a
    picture that cannot be read and a codec that fails are named, and the rest goes on.
    """
    from vcmcodec.bench import codecs as codecs_
    from vcmcodec.bench import evaluate as bench_
    from vcmcodec.bench.report import listing
    from vcmcodec.io import document

    settings = bench_.Settings(
        folders, output, codecs or codecs_.NAMES, limit, jobs, landmarks, people, groups
    )
    if into is not None:
        try:
            document.around(into, mark)
        except ValueError as error:  # now, not after hours
            raise click.UsageError(str(error)) from None
    try:
        with _Progress() as progress:
            result = bench_.bench(settings, progress)
    except codecs_.UnknownCodec as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps(result.data, indent=1))
    else:
        click.echo(listing.text(result.plan, result.summary, result.failures))
        click.echo(f"\n{output / bench_.REPORT}")
    if into is not None:
        document.refresh(into, mark, listing.markdown(result.plan, result.summary, result.data["date"]))
