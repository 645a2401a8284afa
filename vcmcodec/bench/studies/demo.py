"""A portrait through the whole codec: scikit-image's astronaut (NASA, public domain).

``python -m vcmcodec.bench.studies.demo [FOLDER]``
"""

from __future__ import annotations

import time
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.report import sheet
from vcmcodec.encoder.goal import PRESETS
from vcmcodec.io import output, picture

FACE = (124, 8, 324, 208)
"""Left, top, right and bottom of the face in the astronaut's picture, in pixels."""

SIDE = 256

NAMES = ("input", *PRESETS, "strokes", "of-strokes")


def portrait() -> NDArray[np.uint8]:
    """The astronaut's face, uint8 (256, 256, 3).

    Raises click.UsageError where scikit-image is not installed.
    """
    try:
        from skimage import data
    except ImportError:
        raise click.UsageError("scikit-image is not installed: it holds the picture") from None
    left, top, right, bottom = FACE
    return picture.resize(np.ascontiguousarray(data.astronaut()[top:bottom, left:right, :3]), SIDE, SIDE)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("demo"))
def main(folder: Path) -> None:
    """Encode and decode the astronaut's face; write the pictures to FOLDER."""
    image = portrait()
    folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    data, panels = sheet.panels(image)
    seconds = time.perf_counter() - start
    output.write(folder / "face.vcm", data)
    for name, panel in zip(NAMES, panels):
        picture.save(folder / f"{name}.png", panel.image)
        click.echo(f"{folder / f'{name}.png'}: {panel.title}, {panel.note}")
    picture.save(folder / "demo.png", sheet.sheet([panels]))
    click.echo(f"{folder / 'demo.png'}: all side by side")
    click.echo(f"6 encodes and 6 decodes, loading the models included: {seconds:.1f} s")


if __name__ == "__main__":
    main()
