"""``vcm strokes``: the drawing in a file's base layer, as a picture."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import files, options

MAKES = "vcm encode --scheme strokes or mixed makes"
"""What to do where a file holds no strokes."""


@click.command()
@options.source("FILE")
@options.output(".strokes.png")
@options.force
@click.option("--scale", type=options.Whole(1, 16), default=4, metavar="N", help="Times the canvas's size.")
@click.option(
    "--landmarks",
    is_flag=True,
    help="Mark the 68 landmarks that dlib finds on the preview of the texture, in red; needs the"
    " extra bench.",
)
@options.limits
def strokes(
    source: Path, output: Path | None, force: bool, scale: int, landmarks: bool, limits: vcmcodec.Limits
) -> None:
    """Draw the strokes of FILE, black on white: no network, no colours. With --landmarks, those of its
    texture, too, and a file without strokes will do."""
    import numpy as np
    from PIL import Image, ImageDraw

    from vcmcodec.io import picture

    target = files.output_path(source, output, ".strokes.png")
    if target != files.STANDARD and target.suffix.lower() not in picture.SUFFIXES:
        raise click.UsageError(f"the output {target} must end in one of {', '.join(picture.SUFFIXES)}")
    files.free(files.about(target), force)
    data = files.read(source)
    _, scene = vcmcodec.decode_scene(data, limits=limits)
    if scene.drawing is None and not landmarks:
        raise vcmcodec.FormatError(f"no edges layer to draw: {MAKES} one")
    image = Image.fromarray((255 - 255 * scene.E).astype(np.uint8)).convert("RGB")
    image = image.resize((scene.width * scale, scene.height * scale), Image.Resampling.NEAREST)
    if landmarks:
        from vcmcodec.metrics.landmarks import Dlib68

        shown = scene.shown
        if shown is None:
            raise vcmcodec.FormatError("no texture layer that landmarks could be found on")
        points = Dlib68()(shown)
        if points is None:
            raise vcmcodec.PictureError("dlib finds no face on the preview")
        pen = ImageDraw.Draw(image)
        for x, y in (points + 0.5) * scale:
            pen.ellipse((x - scale, y - scale, x + scale, y + scale), fill=(220, 0, 0))
    files.write(target, picture.coded(image, target.suffix.lower() or ".png"))
