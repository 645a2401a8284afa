"""Makes training packs: for every face what the decoder really sees of it, at random stroke budgets.

``python -m vcmcodec.train.dataset_build --data FOLDER --out build/pack``

A pack is a folder of ``pack-NNN.npz`` shards with arrays ``target_bytes`` uint8 (all pictures'
files in a row) and ``target_offsets`` int64 (n + 1); ``E`` uint8 (n, 8192), the strokes of a
256 x 256 canvas as packed bits; ``places`` int16 (P, 2), x and y, and ``colours`` uint8 (P, 3),
the RGB that the decoder knows there, in the order in which they are sent, with
``place_offsets`` int64 (n + 1); ``name`` (n,); ``recipe``, what strokes and colours follow from.
Shards of the same recipe that are there already are kept.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

import vcmcodec
from vcmcodec import colour, picture, settings
from vcmcodec.analysis import edges, regions
from vcmcodec.analysis.sketch import Sketch
from vcmcodec.encoder import colours, strokes
from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.price import price
from vcmcodec.errors import ModelError
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.train.faces import faces, parallel

if TYPE_CHECKING:
    from vcmcodec.bench.judges.mesh import Mesh468

SIDE = 256
SHARD = 512

QUALITIES = (0.0, 100.0)
"""Stroke budgets are drawn from this range."""

_LEAST_PART = 0.82
"""A part is at least this share of the picture's side: what is enlarged more teaches blur."""

_TURN = 0.1
"""Standard deviation of a part's turn, in radians."""

_MARKS = ((33, 133), (362, 263), (4,), (61,), (291,))
"""The points of MediaPipe's mesh whose means are the marks: the eye at the left in a picture first."""


class Row(NamedTuple):
    """One face at one stroke budget: its name, its picture's file, E as packed bits, places and
    colours, marks."""

    name: str
    target: bytes
    E: NDArray[np.uint8]
    places: NDArray[np.int16]
    colours: NDArray[np.uint8]
    marks: NDArray[np.float32]


@functools.cache
def _mesh() -> Mesh468 | None:
    from vcmcodec.bench.judges.mesh import Mesh468

    try:
        return Mesh468()
    except ModelError:
        return None


def marks(canvas: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Eyes, tip of the nose and corners of the mouth, float32 (5, 2), x and y in pixels; NaN where there
    is no face, or MediaPipe's models are missing."""
    mesh = _mesh()
    points = None if mesh is None else mesh(canvas)
    if points is None:
        return np.full((5, 2), np.nan, dtype=np.float32)
    return np.array([points[list(indices)].mean(axis=0) for indices in _MARKS], dtype=np.float32)


def part(canvas: NDArray[np.uint8], rng: random.Random) -> NDArray[np.uint8]:
    """A random part of a canvas picture, turned a little, at the same size. Never shows what is outside
    of the picture."""
    height, width = canvas.shape[:2]
    for _ in range(20):
        share, angle = rng.uniform(_LEAST_PART, 1), rng.gauss(0, _TURN)
        cos, sin = share * np.cos(angle), share * np.sin(angle)
        turn = np.array([[cos, -sin], [sin, cos]])
        corners = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]]) * (width / 2, height / 2) @ turn.T
        spare = np.array([width, height]) / 2 - corners.max(axis=0)
        if (spare >= 0).all():
            centre = [width / 2 + rng.uniform(-1, 1) * spare[0], height / 2 + rng.uniform(-1, 1) * spare[1]]
            shift = centre - turn @ (width / 2, height / 2)
            to_picture = np.concatenate([turn, shift[:, None]], axis=1)
            flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
            made = cv2.warpAffine(
                canvas, to_picture, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
            )
            return np.asarray(made, dtype=np.uint8)
    return canvas


def rows(path: Path, variants: int = 2) -> list[Row]:
    """What one face gives at ``variants`` random stroke budgets, the same ones each time."""
    pixels = picture.load(path)
    name = f"{path.parent.name}/{path.name}"
    rng = random.Random(name)
    if pixels.shape[:2] == (SIDE, SIDE) and path.suffix == ".webp":
        whole = _row(name, path.read_bytes(), pixels, rng)
    else:
        pixels = picture.resize(pixels, SIDE, SIDE)
        whole = _row(name, _file(pixels), pixels, rng)
    parts = (part(pixels, rng) for _ in range(variants - 1))
    return [whole, *(_row(name, _file(piece), piece, rng) for piece in parts)]


def _file(canvas: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(canvas).save(file, "WEBP", quality=92)
    return file.getvalue()


def _row(name: str, target: bytes, canvas: NDArray[np.uint8], rng: random.Random) -> Row:
    settings = point(rng)
    drawing = Sketch(canvas).drawing(settings.price, settings.step)
    known: list[colour.YCoCg] = []
    steps = colour_head.STEPS[settings.colour_steps]
    colour.encode(drawing.places, known, pick(canvas, drawing.places), steps)
    places = np.array(drawing.places, dtype=np.int16).reshape(-1, 2)
    return Row(name, target, np.packbits(drawing.E), places, colour.rgb(known), marks(canvas))


class Point(NamedTuple):
    """The ``price`` of a bit and the quantiser ``step`` of strokes, in half-pixels; the number of the
    ``colour_steps``."""

    price: float
    step: int
    colour_steps: int


def point(rng: random.Random) -> Point:
    """A random operating point: any quality, and a quantiser step near the one that goes with it."""
    quality = rng.uniform(*QUALITIES)
    step = min(max(strokes.step(quality) + rng.choice((-1, 0, 0, 1)), 1), 8)
    return Point(price(quality), step, colours.steps(quality))


def recipe(variants: int, paths: Sequence[Path]) -> str:
    """What a shard of the faces at ``paths`` follows from: another one is another shard."""
    package = Path(vcmcodec.__file__).parent
    digest = hashlib.sha256(f"{variants} {_mesh() is None}".encode())
    for path in paths:
        digest.update(f"{path.parent.name}/{path.name} {path.stat().st_size}".encode())
    names = ("colour", "ops", "raster", "sample", "layers/colours/head", "layers/edges/drawing")
    sources = (*(package / f"{name}.py" for name in names), Path(__file__))
    encoder = (path for part in ("analysis", "encoder") for path in sorted((package / part).glob("*.py")))
    for path in (*encoder, *sources):
        digest.update(path.read_bytes())
    for name in (edges.FOREST, regions.MODEL):
        digest.update(settings.catalogue()[name]["sha256"].encode())
    return digest.hexdigest()


def _is_current(shard: Path, wanted: str) -> bool:
    if not shard.exists():
        return False
    with np.load(shard) as arrays:
        return "recipe" in arrays and str(arrays["recipe"]) == wanted


def save(path: Path, rows: Sequence[Row], recipe: str) -> None:
    """Writes one shard, whole or not at all."""
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        recipe=np.array(recipe),
        name=np.array([row.name for row in rows]),
        target_bytes=np.frombuffer(b"".join(row.target for row in rows), dtype=np.uint8),
        target_offsets=np.cumsum([0, *(len(row.target) for row in rows)], dtype=np.int64),
        E=np.stack([row.E for row in rows]),
        places=np.concatenate([row.places for row in rows]),
        colours=np.concatenate([row.colours for row in rows]),
        marks=np.stack([row.marks for row in rows]),
        place_offsets=np.cumsum([0, *(len(row.places) for row in rows)], dtype=np.int64),
    )
    os.replace(partial, path)


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--limit", type=int, help="Use only the first N of the shuffled faces.")
@click.option("--variants", default=2, show_default=True, help="Stroke budgets a face.")
@click.option("--jobs", default=2, show_default=True)
def main(data: Path, out: Path, limit: int | None, variants: int, jobs: int) -> None:
    """Write a training pack from the faces in a folder."""
    out.mkdir(parents=True, exist_ok=True)
    paths = faces(data)[:limit]
    for start in range(0, len(paths), SHARD):
        shard = out / f"pack-{start // SHARD:03d}.npz"
        part = paths[start : start + SHARD]
        wanted = recipe(variants, part)
        if not _is_current(shard, wanted):
            made = parallel(functools.partial(rows, variants=variants), part, jobs)
            save(shard, [row for face in made for row in face], wanted)
            click.echo(f"{shard}: {min(start + SHARD, len(paths))} of {len(paths)} faces")
    for number in range(-(-len(paths) // SHARD), 1000):  # of more faces, in an earlier run
        (out / f"pack-{number:03d}.npz").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
