"""``vcm encode``: a picture to a ``.vcm`` file."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec import output as output_file
from vcmcodec.cli import files, options


@click.command()
@options.source("PICTURE")
@options.output(".vcm")
@options.size("Longest side of the canvas that strokes are drawn on.")
@options.colours("The most reference pixels to store; 0 stores strokes alone.")
def encode(source: Path, output: Path | None, size: int, colours: int | None) -> None:
    """Encode a PICTURE of a face: any that Pillow reads, 16 to 8192 pixels a side."""
    target = files.output_path(source, output, ".vcm")
    data = vcmcodec.encode(files.about(source), size=size, colours=colours)
    output_file.write(files.about(target), data)
