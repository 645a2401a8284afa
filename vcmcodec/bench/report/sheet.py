"""Sheets to look at: a row a face, with what a decoder makes of more and more of its file.

``python -m vcmcodec.bench.report.sheet FOLDER... -o sheet.png``
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

import vcmcodec
from vcmcodec.bench.run import options
from vcmcodec.encoder.goal import DEFAULT, PRESETS
from vcmcodec.io import picture

CAPTION = 40
"""Pixels below a picture for its two lines of text."""

GAP = 6


class Panel(NamedTuple):
    """A picture and the two lines below it."""

    image: Image.Image
    title: str
    note: str


def panels(image: NDArray[np.uint8], device: str = "auto") -> tuple[bytes, list[Panel]]:
    """The file of a picture, uint8 (H, W, 3), and: the input, the pictures of all presets, its strokes, and
    the picture that a generator makes of strokes and colours, each with its bytes and bits per pixel."""
    height, width = image.shape[:2]
    files = {preset: vcmcodec.encode(image, preset=preset) for preset in PRESETS}
    strokes = vcmcodec.encode(image, scheme="strokes")
    _, scene = vcmcodec.decode_scene(strokes)
    drawn = Image.fromarray(np.where(scene.E, np.uint8(0), np.uint8(255))).convert("RGB")
    shown = [Panel(Image.fromarray(image), "input", f"{width} x {height}")]
    for title, coded in {**files, "of strokes, colours": strokes}.items():
        note = f"{len(coded)} bytes, {8 * len(coded) / (width * height):.4f} bpp"
        shown.append(Panel(vcmcodec.decode(coded, device=device), title, note))
    shown.insert(-1, Panel(drawn.resize((width, height)), "strokes", "their base layer"))
    return files[DEFAULT], shown


def sheet(table: Sequence[Sequence[Panel]]) -> Image.Image:
    """Rows of panels, all pictures of one size, on white."""
    width, height = table[0][0].image.size
    columns = max(len(row) for row in table)
    size = (GAP + columns * (width + GAP), GAP + len(table) * (height + CAPTION + GAP))
    canvas = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(canvas)
    large, small = ImageFont.load_default(15), ImageFont.load_default(13)
    for y, row in enumerate(table):
        for x, panel in enumerate(row):
            left, top = GAP + x * (width + GAP), GAP + y * (height + CAPTION + GAP)
            canvas.paste(panel.image, (left, top))
            pen.text((left, top + height + 2), panel.title, "black", large)
            pen.text((left, top + height + 20), panel.note, "dimgrey", small)
    return canvas


@click.command()
@options.folders
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The picture to write.")
@click.option("--count", type=int, default=16, show_default=True, help="Faces, spread evenly.")
def main(folders: tuple[Path, ...], output: Path, count: int) -> None:
    """Encode and decode faces below FOLDERS and write them as one sheet."""
    images = [picture.load(path) for path in options.listed(folders, count)]
    picture.save(output, sheet([panels(image)[1] for image in images]))
    click.echo(output)


if __name__ == "__main__":
    main()
