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
@click.option(
    "--preset",
    type=click.Choice(["tiny", "small", "normal", "fine"]),
    help="At most 0.015, 0.03, 0.05, 0.08 bits per canvas pixel.  [default: normal]",
)
@click.option("--bytes", "limit", type=click.IntRange(0), metavar="N", help="At most N bytes.")
@click.option(
    "--bpp", type=click.FloatRange(0, 24), metavar="X", help="At most X bits per pixel of the picture."
)
@click.option(
    "--quality",
    type=click.FloatRange(0, 100),
    metavar="Q",
    help="As many bytes as quality Q takes, 0 to 100.",
)
@click.option("--detail", type=click.FloatRange(0, 100), metavar="D", help="Quality of the strokes alone.")
@options.colours("The most reference pixels to store; 0 stores strokes alone.")
def encode(
    source: Path,
    output: Path | None,
    size: int,
    preset: str | None,
    limit: int | None,
    bpp: float | None,
    quality: float | None,
    detail: float | None,
    colours: int | None,
) -> None:
    """Encode a PICTURE of a face: any that Pillow reads, 16 to 8192 pixels a side.

    One of --preset, --bytes, --bpp and --quality says how large the file may get. Budgets are never
    exceeded; one that is too small for the face is an error that names the least.
    """
    sizes = {"--preset": preset, "--bytes": limit, "--bpp": bpp, "--quality": quality}
    given = [name for name, value in sizes.items() if value is not None]
    if len(given) > 1:
        raise click.UsageError(f"{' and '.join(given)}: a file has one size")
    target = files.output_path(source, output, ".vcm")
    data = vcmcodec.encode(
        files.about(source),
        size=size,
        colours=colours,
        preset=preset,
        bytes=limit,
        bpp=bpp,
        quality=quality,
        detail=detail,
    )
    output_file.write(files.about(target), data)
