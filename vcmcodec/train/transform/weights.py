"""Trains the weights that texture layers are coded with:
``python -m vcmcodec.train.transform.weights --data FOLDER --out models``.

Faces are coded at random steps, in random layers; what is known of a rank and of its neighbours is as
decoders see it.
"""

from __future__ import annotations

import os
import random
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch

from vcmcodec.encoder import frame as frames
from vcmcodec.encoder import texture
from vcmcodec.io import picture
from vcmcodec.layers.texture import steps, syntax, tables
from vcmcodec.layers.texture.head import WEIGHTS
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.models import store
from vcmcodec.train.data.faces import faces, options, parallel
from vcmcodec.train.entropy.fit_weights import Recorder, release_faces

SIDE = 256

VARIANTS = 3
"""Quantisers a face."""

STEPS = 44, 104
"""Numbers of the finest and the coarsest step."""

ROUNDING = 0.37
"""Levels are rounded up from one less this share of a step, about as rate and distortion do."""


def _levels(values: np.ndarray, step: int) -> Known:
    levels = (np.sign(values) * np.floor(abs(values) / step + ROUNDING)).astype(int)
    kept = np.trim_zeros(levels, "b").tolist()
    return Known(tuple(kept), (0,) * len(kept))


def _counts(rng: random.Random, most: tuple[int, int]) -> tuple[int, int]:
    """How many ranks a lower layer holds."""
    share = 2.0 ** -rng.uniform(0, 5)
    return int(most[0] * share), int(most[1] * min(share * 2 ** rng.uniform(-1, 1), 1))


def quantise(analysis: texture.Analysis, begin: Texture, most: tuple[int, int]) -> Texture:
    """The levels of a face, by rate and distortion where there are weights already, else rounded alike."""
    if (store.models_dir() / WEIGHTS).exists():
        return analysis.quantise(begin.step, begin.face_step, most)
    known, inner = _levels(analysis.canvas[: most[0]], steps.step(begin.step)), Known()
    if most[1]:
        inner = _levels(analysis.face(known, steps.step(begin.step)), steps.step(begin.step_numbers[1]))
    return replace(begin, canvas=known, face=inner)


def decisions(path: Path) -> list[Recorder]:
    """The decisions of a face's texture, at each quantiser."""
    canvas = picture.resize(picture.load(path), SIDE, SIDE)
    analysis = texture.Analysis(canvas, frames.find(canvas))
    rng, out = random.Random(path.name), []
    for _ in range(VARIANTS):
        step, face = rng.randint(*STEPS), rng.choice((0, 0, 0, 0, 1, 1, 2, 3))
        begin = Texture(SIDE, SIDE, step, face, analysis.frame, Known(), Known())
        most = 2000 if rng.random() < 0.4 else int(100 * 2 ** rng.uniform(0, 4))
        whole = quantise(analysis, begin, (most, 2000 if rng.random() < 0.85 else 0))
        counts = len(whole.canvas.levels), len(whole.face.levels)
        shifts = rng.choice(
            ((0,), (0,), (0,), (2, 1, 0), (2, 1, 0), (1, 0), (2, 0), (3, 1, 0), (1, 1, 0), (0, 0, 0))
        )
        recorder, state = Recorder(), begin
        for number, shift in enumerate(shifts):
            last = number == len(shifts) - 1
            wanted = texture.layer(whole, shift, counts if last else _counts(rng, counts), number == 0)
            state = syntax.walk(
                recorder, tables.transform(), state, shift, number == 0, wanted.counts, wanted.choose
            )
        out.append(recorder)
    return out


@click.command()
@options()
def main(data: Path, out: Path, limit: int | None, jobs: int) -> None:
    """Write the weights of texture layers from the faces in a folder."""
    os.environ["VCM_MODELS"] = str(out)
    found = list(parallel(decisions, faces(data)[:limit], jobs))
    torch.set_num_threads(1)
    count, bits = release_faces(out / WEIGHTS, found, syntax.WEIGHTS)
    click.echo(f"{WEIGHTS}: {count} decisions; {bits / 8:.1f} bytes a face held out")


if __name__ == "__main__":
    main()
