"""Photographs made of faces and drawn scenes, as people have them: 1 to 5 faces of 10 to 100 % of the side,
rolled by up to 20 degrees. Which faces are found, framed, coded, and found again by dlib after decoding.

``python tests/photographs.py FOLDER... [--scenes 60] [--seed 0]``
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import scenes
from numpy.typing import NDArray

import vcmcodec
from vcmcodec.bench.report import table
from vcmcodec.bench.run import options
from vcmcodec.encoder import photograph
from vcmcodec.io import picture
from vcmcodec.metrics.landmarks import Dlib68

SIZES = ((1600, 1200), (1000, 1000), (800, 1200), (2400, 1600))
MOST = 5
LEAST = 0.95
"""The share of decoded faces that dlib is to find."""

DLIB = 256
"""Pixels that smaller pictures are enlarged to for dlib, which sees no small faces."""


def _scene(paths: list[Path], number: int) -> tuple[NDArray[np.uint8], list[scenes.Pasted]]:
    most = 1.0 if len(paths) < 3 else 0.5
    faces = [picture.load(path) for path in paths]
    image, placed = scenes.scene(faces, *SIZES[number % len(SIZES)], number, 0.1, most)
    return np.asarray(image), placed


def _aside(made: vcmcodec.Encoded, place: scenes.Pasted) -> float:
    """How far a crop's middle lies from a face's, in sides of the face's picture."""
    assert made.crop is not None
    width, height = made.crop.size(made.width, made.height)
    return max(abs(made.crop.x + width / 2 - place.x), abs(made.crop.y + height / 2 - place.y)) / place.side


@click.command()
@options.folders
@click.option("--scenes", "count", type=click.IntRange(1), default=60, show_default=True, help="Photographs.")
@click.option("--seed", type=int, default=0, show_default=True, help="Which faces, and where.")
def main(folders: tuple[Path, ...], count: int, seed: int) -> None:
    """Print figures and bars of photographs made of the faces below FOLDERS."""
    rng, dlib = np.random.default_rng(seed), Dlib68()
    paths = options.listed(folders)
    there = found = coded = again = more = 0
    for number in range(count):
        chosen = [paths[index] for index in rng.choice(len(paths), 1 + number % MOST, replace=False)]
        pixels, placed = _scene(chosen, number)
        there += len(placed)
        faces = photograph.faces(pixels)
        middles = [face.points.mean(axis=0) for face in faces]
        near = [any(np.abs(m - (p.x, p.y)).max() < 0.2 * p.side for m in middles) for p in placed]
        found += sum(near)
        more += len(faces) - sum(near)
        files = vcmcodec.encode_faces(pixels) if faces else []
        for path, place, seen in zip(chosen, placed, near):
            one = min(files, key=lambda made: _aside(made, place), default=None) if seen else None
            if one is None or _aside(one, place) > 0.3:
                click.echo(f"scene {number}, {path.name}: {'not coded' if seen else 'not found'}")
                continue
            coded += 1
            shown = np.asarray(vcmcodec.decode(one.data))
            side = max(DLIB, *shown.shape[:2])
            again += dlib(picture.resize(shown, side, side)) is not None
    smallest = min(map(min, SIZES)) // 10
    click.echo(f"{count} photographs, {there} faces from {smallest} pixels on; {more} found beside them")
    rows = (
        table.Row("found", found / there, "{:.1f} %", 100, 1.0, at_least=True),
        table.Row("coded", coded / max(found, 1), "{:.1f} %", 100, 1.0, at_least=True),
        table.Row("found again by dlib", again / max(coded, 1), "{:.1f} %", 100, LEAST, at_least=True),
    )
    click.echo(table.plain(row.cells() for row in rows))


if __name__ == "__main__":
    main()
