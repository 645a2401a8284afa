"""``vcm encode``: a picture to a ``.vcm`` file."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec import output as output_file
from vcmcodec.cli import files, options


def _canvas_side(ctx: click.Context, param: click.Parameter, value: int) -> int:
    from vcmcodec.container import CANVAS_UNIT
    from vcmcodec.limits import MAX_CANVAS

    if value % CANVAS_UNIT or not CANVAS_UNIT <= value <= MAX_CANVAS:
        raise click.BadParameter(f"{value} is not a multiple of {CANVAS_UNIT} up to {MAX_CANVAS}", ctx, param)
    return value


@click.command()
@options.source("PICTURE")
@options.output(".vcm")
@click.option(
    "--size",
    type=int,
    default=256,
    metavar="PIXELS",
    callback=_canvas_side,
    help="Longest side of the canvas that strokes are drawn on.",
)
@options.colours("The most reference pixels to store; 0 stores strokes alone.")
def encode(source: Path, output: Path | None, size: int, colours: int | None) -> None:
    """Encode a PICTURE of a face: any that Pillow reads, 16 to 8192 pixels a side."""
    target = files.output_path(source, output, ".vcm")
    data = vcmcodec.encode(files.about(source), size=size, colours=colours)
    output_file.write(files.about(target), data)
