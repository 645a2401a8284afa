"""Trains the weights that strokes and colours are coded with, on faces at random stroke budgets.

``python -m vcmcodec.train.entropy.build --data FOLDER --out models``
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import click
import torch

from vcmcodec.encoder.colours import pick
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.io import picture
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import prediction, reference_pixels, ycocg
from vcmcodec.layers.colours import syntax as colour_syntax
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Point
from vcmcodec.train.data.dataset_build import SIDE, point
from vcmcodec.train.data.faces import faces, options, parallel
from vcmcodec.train.entropy.fit_weights import Decisions, Recorder, release

VARIANTS = 2
"""Stroke budgets a face."""

HELD_OUT = 0.05
"""Share of the faces that the weights are tried on."""


def decisions(path: Path) -> tuple[list[Recorder], list[Recorder]]:
    """The decisions of a face's strokes, and of its colours, at each budget."""
    canvas = picture.resize(picture.load(path), SIDE, SIDE)
    sketch, rng = Sketch(canvas), random.Random(path.name)
    of_strokes, of_colours = [], []
    for _ in range(VARIANTS):
        settings = point(rng)
        drawing = sketch.drawing(settings.lam, settings.step)
        of_strokes.append(_strokes(drawing))
        places = reference_pixels.of(drawing)
        wanted = pick(canvas, places)
        # Colours are made more exact where all of them fit.
        of_colours.append(_colours(places, wanted, max(settings.colour_steps - rng.randrange(3), 0)))
    return of_strokes, of_colours


def _strokes(drawing: Drawing) -> Recorder:
    recorder = Recorder()
    for _ in strokes.walk(recorder, drawing.grid, drawing.strokes, drawing.ops):
        pass
    return recorder


def _colours(places: Sequence[Point], wanted: list[tuple[int, int, int]], steps: int) -> Recorder:
    recorder, known = Recorder(), list[ycocg.YCoCg]()
    levels = prediction.quantiser(wanted)
    colour_syntax.walk(recorder, places, known, len(wanted), steps, colour_head.STEPS[steps], levels)
    return recorder


@click.command()
@options(limit=3000)
def main(data: Path, out: Path, limit: int, jobs: int) -> None:
    """Write the weights of strokes and colours from the faces in a folder.

    Files name their weights by the number of a coding: other weights need another number.
    """
    out.mkdir(parents=True, exist_ok=True)
    found = list(parallel(decisions, faces(data)[:limit], jobs))
    torch.set_num_threads(1)  # sums over scattered weights gain nothing from a second
    held = max(1, round(HELD_OUT * len(found)))
    for name, part, size in (
        (edge_head.WEIGHTS, 0, strokes.WEIGHTS),
        (colour_head.WEIGHTS, 1, colour_syntax.WEIGHTS),
    ):
        recorders = [recorder for face in found for recorder in face[part]]
        trained = Decisions(recorders[VARIANTS * held :] or recorders)
        tried = Decisions(recorders[: VARIANTS * held])
        bits = release(out / name, trained, tried, size) / (VARIANTS * held)
        click.echo(f"{name}: {len(trained)} decisions, {size} weights; {bits / 8:.1f} bytes a face held out")


if __name__ == "__main__":
    main()
