"""``vcm cut``: a smaller ``.vcm`` file, without decoding."""

from __future__ import annotations

from pathlib import Path

import click

from vcmcodec import truncation as cuts
from vcmcodec.cli import files, options
from vcmcodec.layers import kinds


class Upto(click.ParamType):  # type: ignore[type-arg]
    """A name that ``vcm layers`` gives a layer."""

    name = "layer"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            kinds.cut_kind(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)


@click.command()
@options.source("FILE")
@click.option("-o", "--output", metavar="FILE", required=True, type=click.Path(path_type=Path))
@options.force
@click.option(
    "--upto",
    type=Upto(),
    metavar="|".join(kinds.cut_forms()),
    help="Keep layers up to the edges, or up to the Nth colour layer.",
)
@click.option("--bytes", "count", type=click.IntRange(0), metavar="N", help="Keep the layers N bytes hold.")
def cut(source: Path, output: Path, force: bool, upto: str | None, count: int | None) -> None:
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
        made = cuts.upto(data, upto)
    files.write(target, made)
