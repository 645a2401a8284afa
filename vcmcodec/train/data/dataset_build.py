"""Makes training packs: for every face what the decoder really sees of it, at random budgets.

``python -m vcmcodec.train.data.dataset_build --data FOLDER --out build/pack``

A pack is a folder of ``pack-NNN.npz`` shards with arrays ``target_bytes`` uint8 (all pictures'
files in a row) and ``target_offsets`` int64 (n + 1); ``E`` uint8 (n, 8192), the strokes of a
256 x 256 canvas as packed bits; ``places`` int16 (P, 2), x and y, and ``colours`` uint8 (P, 3),
the RGB that the decoder knows there, in the order in which they are sent, with
``place_offsets`` int64 (n + 1); ``marks`` float32 (n, 5, 2); ``tone`` float32 (n,), see
:func:`vcmcodec.train.data.augment.face_level`; ``name`` (n,); ``recipe``, what all of it follows from; and
those of :mod:`vcmcodec.train.data.textures`. Shards of the same recipe that are there already are kept; where
only that of the textures is another, only these are made again.
"""

from __future__ import annotations

import functools
import hashlib
import io
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec.encoder import colours, edge_map, face_regions, strokes
from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.lagrangian import lambda_at
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.errors import ModelError
from vcmcodec.io import picture, source
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import prediction, reference_pixels, ycocg
from vcmcodec.models import store
from vcmcodec.scene import Scene
from vcmcodec.train.data import augment, textures
from vcmcodec.train.data.faces import faces, parallel

if TYPE_CHECKING:
    from vcmcodec.metrics.face_mesh import Mesh468

SIDE = 256
SHARD = 256

QUALITIES = (0.0, 100.0)
"""Stroke budgets are drawn from this range."""

_MARKS = ((33, 133), (362, 263), (4,), (61,), (291,))
"""The points of MediaPipe's mesh whose means are the marks: the eye at the left in a picture first."""


class Row(NamedTuple):
    """One picture of a face: its name, the picture's file, E as packed bits, places and colours, textures,
    marks, and how bright the skin is."""

    name: str
    target: bytes
    E: NDArray[np.uint8]
    places: NDArray[np.int16]
    colours: NDArray[np.uint8]
    textures: tuple[Scene, ...]
    marks: NDArray[np.float32]
    tone: float


@functools.cache
def _mesh() -> Mesh468 | None:
    from vcmcodec.metrics.face_mesh import Mesh468

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


def rows(path: Path, variants: int = 2, fixed: bool = False) -> list[Row]:
    """What one face gives at ``variants`` random budgets, the same ones each time: as it is, or, two times
    out of three, changed at random. ``fixed``: as it is, its textures of fixed steps."""
    pixels = picture.load(path)
    name = f"{path.parent.name}/{path.name}"
    rng = random.Random(name)
    file = path.read_bytes() if pixels.shape[:2] == (SIDE, SIDE) and path.suffix == ".webp" else None
    pixels = picture.resize(pixels, SIDE, SIDE)
    found = []
    for _ in range(variants):
        plain = rng.random() < _UNCHANGED or fixed
        made = pixels if plain else augment.changed(pixels, rng)
        found.append(_row(name, file if plain and file else _file(made), rng, fixed))
    return found


_UNCHANGED = 1 / 3


def _file(canvas: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(canvas).save(file, "WEBP", quality=92)
    return file.getvalue()


def _row(name: str, target: bytes, rng: random.Random, fixed: bool) -> Row:
    canvas = textures.canvas(target)
    settings = point(rng)
    drawing = Sketch(canvas).drawing(settings.lam, settings.step)
    known: list[ycocg.YCoCg] = []
    steps = colour_head.STEPS[settings.colour_steps]
    all_places = reference_pixels.of(drawing)
    wanted = pick(canvas, all_places)
    prediction.extend(all_places, known, len(wanted), steps, prediction.quantiser(wanted))
    places = np.array(all_places, dtype=np.int16).reshape(-1, 2)
    made = textures.textures(target, fixed)
    where = marks(canvas)
    tone = augment.face_level(canvas, where)
    return Row(name, target, np.packbits(drawing.E), places, ycocg.rgb(known), made, where, tone)


class Point(NamedTuple):
    """Lambda, ``lam``, and the quantiser ``step`` of strokes, in half-pixels; the number of the
    ``colour_steps``."""

    lam: float
    step: int
    colour_steps: int


def point(rng: random.Random) -> Point:
    """A random operating point: any quality, and a quantiser step near the one that goes with it."""
    quality = rng.uniform(*QUALITIES)
    step = min(max(strokes.step(quality) + rng.choice((-1, 0, 0, 1)), 1), 8)
    return Point(lambda_at(quality), step, colours.steps(quality))


_ENCODER = ("strokes", "sketch", "colours", "lagrangian")

_DECODER = (
    "colours.head",
    "colours.prediction",
    "colours.reference_pixels",
    "colours.ycocg",
    "edges.drawing",
)


def recipe(variants: int, paths: Sequence[Path], fixed: bool = False) -> str:
    """A key of all that a shard of the faces at ``paths`` follows from, but for its textures and for other
    packages. A shard of another key is made again."""
    digest = hashlib.sha256(f"{variants} {fixed} {_mesh() is None} {_code()}".encode())
    for path in paths:
        digest.update(f"{path.parent.name}/{path.name} {path.stat().st_size}".encode())
    for name in (edge_map.FOREST, face_regions.MODEL):
        digest.update(store.catalogue()[name]["sha256"].encode())
    return digest.hexdigest()


@functools.cache
def _code() -> str:
    digest = hashlib.sha256(source.meaning(Path(__file__)))
    encoder = (f"encoder.{name}" for name in _ENCODER)
    layers = (f"layers.{name}" for name in _DECODER)
    others = ("io.picture", "metrics.face_mesh", "train.data.augment")
    for path in source.reached([*encoder, *layers, *others]):
        digest.update(source.meaning(path))
    return digest.hexdigest()


def _of_recipe(shard: Path, wanted: str) -> dict[str, NDArray[Any]]:
    """The arrays of a shard; none where it is not there, or of another recipe."""
    if not shard.exists():
        return {}
    with np.load(shard) as arrays:
        if "recipe" not in arrays or str(arrays["recipe"]) != wanted:
            return {}
        return {name: arrays[name] for name in arrays.files}


def save(path: Path, rows: Sequence[Row], recipe: str, texture_recipe: str) -> None:
    """Writes one shard, whole or not at all."""
    _write(
        path,
        recipe=np.array(recipe),
        name=np.array([row.name for row in rows]),
        target_bytes=np.frombuffer(b"".join(row.target for row in rows), dtype=np.uint8),
        target_offsets=np.cumsum([0, *(len(row.target) for row in rows)], dtype=np.int64),
        E=np.stack([row.E for row in rows]),
        places=np.concatenate([row.places for row in rows]),
        colours=np.concatenate([row.colours for row in rows]),
        marks=np.stack([row.marks for row in rows]),
        tone=np.array([row.tone for row in rows], dtype=np.float32),
        place_offsets=np.cumsum([0, *(len(row.places) for row in rows)], dtype=np.int64),
        **textures.arrays([row.textures for row in rows], texture_recipe),
    )


def _write(path: Path, **arrays: NDArray[Any]) -> None:
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **arrays)  # type: ignore[arg-type]
    os.replace(partial, path)


def renew(path: Path, arrays: dict[str, NDArray[Any]], texture_recipe: str, fixed: bool, jobs: int) -> None:
    """Makes the textures of a shard, whose ``arrays`` these are, again."""
    ends = arrays["target_offsets"]
    files = [arrays["target_bytes"][a:b].tobytes() for a, b in zip(ends, ends[1:])]
    made = list(parallel(functools.partial(textures.textures, fixed=fixed), files, jobs))
    _write(path, **{**arrays, **textures.arrays(made, texture_recipe)})


@click.command()
@click.option(
    "--data", type=click.Path(exists=True, file_okay=False, path_type=Path), multiple=True, required=True
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--limit", type=int, help="Use only the first N of the shuffled faces.")
@click.option("--variants", default=2, show_default=True, help="Pictures and budgets a face.")
@click.option("--fixed", is_flag=True, help="Faces as they are, textures of fixed qualities: to watch.")
@click.option("--jobs", default=2, show_default=True)
def main(data: tuple[Path, ...], out: Path, limit: int | None, variants: int, fixed: bool, jobs: int) -> None:
    """Write a training pack from the faces in folders."""
    out.mkdir(parents=True, exist_ok=True)
    paths = faces(*data)[:limit]
    texture_recipe = textures.recipe(fixed)
    for start in range(0, len(paths), SHARD):
        shard = out / f"pack-{start // SHARD:03d}.npz"
        part = paths[start : start + SHARD]
        wanted = recipe(variants, part, fixed)
        there = _of_recipe(shard, wanted)
        if not there:
            made = parallel(functools.partial(rows, variants=variants, fixed=fixed), part, jobs)
            save(shard, [row for face in made for row in face], wanted, texture_recipe)
        elif str(there["texture_recipe"]) != texture_recipe:
            renew(shard, there, texture_recipe, fixed, jobs)
        else:
            continue
        click.echo(f"{shard}: {min(start + SHARD, len(paths))} of {len(paths)} faces")
    for number in range(-(-len(paths) // SHARD), 1000):  # of more faces, in an earlier run
        (out / f"pack-{number:03d}.npz").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
