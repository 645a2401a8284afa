"""``vcm cut``: a smaller ``.vcm`` file, without decoding."""

from __future__ import annotations

import re
from pathlib import Path

import click

from vcmcodec import cut as cuts
from vcmcodec.cli import files, options


class Upto(click.ParamType):  # type: ignore[type-arg]
    """``edge`` is 0; ``colour:N`` is N."""

    name = "edge|colour:N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if value == "edge":
            return 0
        found = re.fullmatch(r"colour:([1-9][0-9]{0,3})", str(value))
        if not found:
            self.fail(f"{value!r} is neither 'edge' nor 'colour:N' with N from 1", param, ctx)
        return int(found[1])


@click.command()
@options.source("FILE")
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path))
@options.force
@click.option(
    "--upto",
    type=Upto(),
    metavar="edge|colour:N",
    help="Keep layers up to the edges, or up to the Nth colour layer.",
)
@click.option("--bytes", "count", type=click.IntRange(0), metavar="N", help="Keep the layers N bytes hold.")
def cut(source: Path, output: Path, force: bool, upto: int | None, count: int | None) -> None:
    """Drop layers from the end of FILE, which stays a valid file; vcm layers lists them."""
    if (upto is None) == (count is None):
        raise click.UsageError("one of --upto and --bytes says where to cut")
    target = files.output_path(source, output, ".vcm")
    files.free(files.about(target), force)
    data = files.read(source)
    if upto is None:
        assert count is not None
        made = cuts.within(data, count)
    else:
        made = cuts.after_colours(data, upto) if upto else cuts.after_edges(data)
    files.write(target, made)
