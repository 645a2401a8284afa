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
from typing import NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec import budget, colour, picture, settings
from vcmcodec.analysis import edges, regions
from vcmcodec.analysis.sketch import Sketch
from vcmcodec.layers import colours as colour_layer
from vcmcodec.train.faces import faces, parallel

SIDE = 256
SHARD = 512

QUALITIES = (0.0, 100.0)
"""Stroke budgets are drawn from this range."""


class Row(NamedTuple):
    """One face at one stroke budget: its name, its picture's file, E as packed bits, places and
    colours."""

    name: str
    target: bytes
    E: NDArray[np.uint8]
    places: NDArray[np.int16]
    colours: NDArray[np.uint8]


def rows(path: Path, variants: int = 2) -> list[Row]:
    """What one face gives at ``variants`` random stroke budgets, the same ones each time."""
    pixels = picture.load(path)
    if pixels.shape[:2] == (SIDE, SIDE) and path.suffix == ".webp":
        canvas, target = pixels, path.read_bytes()
    else:
        canvas = picture.resize(pixels, SIDE, SIDE)
        file = io.BytesIO()
        Image.fromarray(canvas).save(file, "WEBP", quality=90)
        target = file.getvalue()
    name = f"{path.parent.name}/{path.name}"
    sketch, rng = Sketch(canvas), random.Random(name)
    return [_row(name, target, canvas, sketch, rng) for _ in range(variants)]


def _row(name: str, target: bytes, canvas: NDArray[np.uint8], sketch: Sketch, rng: random.Random) -> Row:
    settings = point(rng)
    drawing = sketch.drawing(settings.price, settings.step)
    known: list[colour.YCoCg] = []
    steps = colour_layer.STEPS[settings.colour_steps]
    colour.encode(drawing.places, known, budget.pick(canvas, drawing.places), steps)
    places = np.array(drawing.places, dtype=np.int16).reshape(-1, 2)
    return Row(name, target, np.packbits(drawing.E), places, colour.rgb(known))


def point(rng: random.Random) -> budget.Point:
    """A random operating point: any quality, and a quantiser step near the one that goes with it."""
    settings = budget.point(rng.uniform(*QUALITIES))
    return settings._replace(step=min(max(settings.step + rng.choice((-1, 0, 0, 1)), 1), 8))


def recipe(variants: int) -> str:
    """What strokes and colours follow from, but for the pictures: another one needs another pack."""
    package = Path(budget.__file__).parent
    digest = hashlib.sha256(str(variants).encode())
    for path in (*sorted((package / "analysis").glob("*.py")), package / "budget.py", Path(__file__)):
        digest.update(path.read_bytes())
    for name in (edges.FOREST, regions.MODEL):
        digest.update(settings.catalogue()[name]["sha256"].encode())
    return digest.hexdigest()


def _is_current(shard: Path, variants: int) -> bool:
    if not shard.exists():
        return False
    with np.load(shard) as arrays:
        return "recipe" in arrays and str(arrays["recipe"]) == recipe(variants)


def save(path: Path, rows: Sequence[Row], variants: int) -> None:
    """Writes one shard, whole or not at all."""
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        recipe=np.array(recipe(variants)),
        name=np.array([row.name for row in rows]),
        target_bytes=np.frombuffer(b"".join(row.target for row in rows), dtype=np.uint8),
        target_offsets=np.cumsum([0, *(len(row.target) for row in rows)], dtype=np.int64),
        E=np.stack([row.E for row in rows]),
        places=np.concatenate([row.places for row in rows]),
        colours=np.concatenate([row.colours for row in rows]),
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
        if not _is_current(shard, variants):
            made = parallel(functools.partial(rows, variants=variants), paths[start : start + SHARD], jobs)
            save(shard, [row for face in made for row in face], variants)
            click.echo(f"{shard}: {min(start + SHARD, len(paths))} of {len(paths)} faces")


if __name__ == "__main__":
    main()
