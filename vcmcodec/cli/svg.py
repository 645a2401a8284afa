"""``vcm svg``: a ``.vcm`` file to an SVG drawing, and a drawing to a ``.vcm`` file."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import files, options, strokes


@click.command()
@options.source("FILE")
@options.output(".svg or .vcm")
@options.force
@options.size(
    "A drawing that is not from a .vcm file: longest side of its canvas.  [default: 256]", default=None
)
@click.option(
    "--step",
    type=options.Whole(1, 8),
    metavar="N",
    help="A drawing: round its points to N half-pixels.  [default: as it says, else the encoder's]",
)
@click.option("--base-only", is_flag=True, help="Strokes alone, no colours.")
def svg(
    source: Path, output: Path | None, force: bool, size: int | None, step: int | None, base_only: bool
) -> None:
    """Write a .vcm FILE as an SVG drawing, or an SVG drawing as a .vcm file.

    FILE's content says which of the two it is. Files that vcm encode --scheme strokes or mixed writes
    have paths. Edit them in any SVG editor; the dots in the group reference-pixels are colours for places
    near them.
    """
    from vcmcodec.format.container import MAGIC
    from vcmcodec.interop import svg as twin
    from vcmcodec.layers import kinds

    data = files.read(source)
    if data.startswith(MAGIC):
        if size is not None or step is not None:
            raise click.UsageError("--size and --step are for drawings, and this is a .vcm file")
        target = _free(source, output, ".svg", force)
        result = twin.dump(data, base_only=base_only).encode("ascii")
        if all(layer.kind != kinds.BASE.name for layer in vcmcodec.inspect(data).layers):
            said = f"warning: the file holds no strokes, and the drawing no paths: {strokes.MAKES} them"
            click.echo(files.line(source, said), err=True)
    else:
        target = _free(source, output, ".vcm", force)
        drawn = twin.load(data, size=256 if size is None else size, step=step)
        result = twin.encode(drawn, base_only=base_only)
    files.write(target, result, text=data.startswith(MAGIC))


def _free(source: Path, output: Path | None, suffix: str, force: bool) -> Path:
    """Where to write, which is free; errors are about ``source`` from here on."""
    target = files.output_path(source, output, suffix)
    files.free(files.about(target), force)
    files.about(source)
    return target
