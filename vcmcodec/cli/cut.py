"""``vcm cut``: a smaller ``.vcm`` file, without decoding."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec import truncation as cuts
from vcmcodec.cli import broken_off, files, options
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
@click.option("--bytes", "count", type=options.Whole(0), metavar="N", help="Keep the layers N bytes hold.")
@click.option(
    "--drop",
    type=click.Choice(kinds.droppable()),
    help="Drop this layer alone, wherever it stands: a feature is biometric data.",
)
def cut(
    source: Path, output: Path, force: bool, upto: str | None, count: int | None, drop: str | None
) -> None:
    """Drop layers from the end of FILE, or one that decoders may skip; it stays a valid file. vcm layers
    lists them. A line on stderr says how many bytes are left, and where the next layer ends. A file that
    breaks off is cut as far as its layers are whole, with a warning."""
    if [upto, count, drop].count(None) != 2:
        raise click.UsageError("one of --upto, --bytes and --drop says what to cut")
    target = files.output_path(source, output, ".vcm")
    files.free(files.about(target), force)
    read = files.read(source)
    data = broken_off.kept(source, read, vcmcodec.DEFAULT_LIMITS, False, "cut")
    if upto is not None:
        made = cuts.upto(data, upto)
    elif count is not None:
        made = cuts.within(data, count)
    else:
        assert drop is not None
        made = cuts.without(data, drop)
    files.write(target, made)
    ends = [layer.end for layer in vcmcodec.inspect(data).layers]
    more = "" if drop else next((f"; the next layer ends at {end}" for end in ends if end > len(made)), "")
    click.echo(files.line(source, f"{len(made)} of {len(read)} bytes{more}"), err=True)
