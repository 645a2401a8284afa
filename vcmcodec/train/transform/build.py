"""Trains the transform in closed form: ``python -m vcmcodec.train.transform.build --data FOLDER --out
models``."""

from __future__ import annotations

import functools
import os
import random
import time
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame as frames
from vcmcodec.encoder import texture
from vcmcodec.io import picture
from vcmcodec.layers.texture import steps, tables
from vcmcodec.layers.texture.frame import WINDOW, Frame
from vcmcodec.layers.texture.head import TRANSFORM
from vcmcodec.layers.texture.part import Known
from vcmcodec.layers.texture.tables import Basis
from vcmcodec.train import catalogue
from vcmcodec.train.data.faces import faces, options, parallel
from vcmcodec.train.transform.klt import Space, fit

SIDE = 256

CANVAS = Space(SIDE, 64, 32, texture.ERROR_WEIGHTS)
FACE = Space(WINDOW, 72, 24, texture.ERROR_WEIGHTS)
COUNTS = 1500, 1000
"""Grids, and coefficients of the canvas and of the face."""

STEP, COARSE = 78, 160
"""The face's part is learned from what the first COARSE coefficients of the canvas leave of a face at the
quantiser step of index STEP: as in files of some hundred bytes."""

FADE = 0.18
"""The window's border fades by a Hann window to this power, in analysis and again in synthesis."""


Item = tuple[Path, bool]
"""A face, and whether it is there as it is or otherwise: elsewhere, smaller, in a darker tone."""

MOVED = 4
"""One face of this many is there a second time, moved: each such copy makes files of faces in the usual place
larger, and without any, faces elsewhere fall apart."""

SHRINK, SHIFT = 0.62, 0.1
"""The least size of a moved face, and its largest shift, as a share of the picture's side."""

EXPONENTS = 1.0, 2.0
"""What the levels of a face in another tone are raised to: dark skin is rare in what there is."""


def _shown(item: Item) -> NDArray[np.uint8]:
    """The picture of a face."""
    import cv2

    path, moved = item
    canvas = picture.resize(picture.load(path), SIDE, SIDE)
    if not moved:
        return canvas
    rng = random.Random(path.name)
    exponent, size = rng.uniform(*EXPONENTS), rng.uniform(SHRINK, 1)
    levels = np.rint(255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    shift = [(1 - size) * SIDE / 2 + rng.uniform(-SHIFT, SHIFT) * SIDE for _ in range(2)]
    matrix = np.array([[size, 0, shift[0]], [0, size, shift[1]]])
    small = cv2.warpAffine(canvas, matrix, (SIDE, SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(levels[small])


def _canvas(item: Item) -> tuple[NDArray[np.float32], Frame | None]:
    """A face's coordinates, and its frame; None where the detector finds no face."""
    canvas = _shown(item)
    found = frames.faces(canvas)
    frame = frames.frame_of(found[0].points, SIDE, SIDE) if found else None
    return CANVAS.coordinates(texture.ycocg(canvas)), frame


def _fades(samples: int) -> NDArray[np.float32]:
    hann = np.hanning(samples + 2)[1:-1]
    return np.asarray(np.outer(hann, hann) ** FADE, dtype=np.float32)


@functools.cache
def _grid_weight(samples: int) -> NDArray[np.float32]:
    """The square root of what an error counts, at samples."""
    import cv2

    root = np.sqrt(cv2.resize(texture.weight(), (samples, samples), interpolation=cv2.INTER_AREA))
    return np.asarray(root, dtype=np.float32)


def _face(item: tuple[Item, Frame]) -> NDArray[np.float32]:
    """The weighted coordinates of what the canvas's coefficients leave of a face."""
    which, frame = item
    planes = texture.ycocg(_shown(which))
    coefficients = texture.canvas_coefficients(planes)[:COARSE]
    size = steps.step(STEP)
    levels = np.sign(coefficients) * np.floor(abs(coefficients) / size + 0.35)
    known = Known(tuple(levels.astype(int).tolist()), (0,) * len(levels))
    rest = planes - texture.reconstructed(known, size, SIDE, SIDE)
    out = FACE.coordinates(texture.window(rest, frame))
    weights = [(_grid_weight(side) * _fades(side)).ravel() for side in FACE.sizes]
    return out * np.concatenate(weights)


@click.command()
@options()
def main(data: Path, out: Path, limit: int | None, jobs: int) -> None:
    """Write the texture layer's transform from the faces in a folder."""
    begun = time.monotonic()

    def say(what: str) -> None:
        click.echo(f"{time.monotonic() - begun:6.0f} s  {what}")

    out.mkdir(parents=True, exist_ok=True)
    os.environ["VCM_MODELS"] = str(out)
    paths = faces(data)[:limit]
    items = [(path, False) for path in paths] + [(path, True) for path in paths[::MOVED]]
    seen = list(parallel(_canvas, items, jobs))
    coordinates = np.stack([part for part, _ in seen])
    say(f"{len(items)} faces, {sum(frame is not None for _, frame in seen)} with a frame")
    canvas = fit(CANVAS, coordinates, COUNTS[0])
    say("canvas")
    # Until the face's part is there, a part of next to nothing stands for it.
    side, few = 2, tables.half(2, 2)
    rows = canvas.rows[:1, :few]
    placeholder = Basis(side, side, canvas.mean[:few], canvas.odd[:1], (0,), canvas.gain[:1], rows)
    _write(out, tables.Transform(canvas, placeholder))
    framed = [(item, frame) for item, (_, frame) in zip(items, seen) if frame is not None]
    rest = np.stack(list(parallel(_face, framed, jobs)))
    say("faces")
    weights = [_grid_weight(side) for side in FACE.sizes]
    fades = [_fades(side) / weight for side, weight in zip(FACE.sizes, weights)]
    face = fit(FACE, rest, COUNTS[1], fades, centred=False)
    _write(out, tables.Transform(canvas, face))
    say(f"{out / TRANSFORM}: {(out / TRANSFORM).stat().st_size} bytes")


def _write(out: Path, transform: tables.Transform) -> None:
    (out / TRANSFORM).write_bytes(tables.write(transform))
    catalogue.enter(out / TRANSFORM)


if __name__ == "__main__":
    main()
