"""Trains the weights that detail layers are coded with:
``python -m vcmcodec.train.transform.detail_weights --data FOLDER --out models``.

To be run twice: the second time levels are chosen by rate and distortion, with the weights of the first.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from vcmcodec.encoder import detail, texture
from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.texture import Planes
from vcmcodec.encoder.texture_proposer import ranks
from vcmcodec.io import picture
from vcmcodec.layers.detail import syntax, tables
from vcmcodec.layers.detail.head import WEIGHTS
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.detail.regions import REGIONS
from vcmcodec.layers.texture import steps
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.models import store
from vcmcodec.train.data.faces import faces, options, parallel
from vcmcodec.train.entropy.fit_weights import Recorder, release_faces

SIDE = 256

VARIANTS = 3
"""Quantisers a face."""

TEXTURE = 24, 62
"""Numbers of the finest and the coarsest step of the textures."""

BELOW = 8, 36
"""The detail's step is this many numbers below the face's, at least and at most."""

ROUNDING = 0.3
"""Levels are rounded up from one less this share of a step, before there are weights."""


def _rounded(rest: Planes, frame: Frame, step: int) -> Detail:
    left = detail.window(rest, frame)
    out = []
    for region in REGIONS:
        scaled = detail.coefficients(detail.cut(left, region), region.basis) / steps.step(step)
        levels = (np.sign(scaled) * np.floor(abs(scaled) + ROUNDING)).astype(int)
        out.append(tuple(np.trim_zeros(levels, "b").tolist()))
    return Detail(step, tuple(out))


def decisions(path: Path) -> list[Recorder]:
    """The decisions of a face's detail, at each quantiser."""
    canvas: NDArray[np.uint8] = picture.resize(picture.load(path), SIDE, SIDE)
    analysis = texture.Analysis(canvas, frames.find(canvas))
    rng, out = random.Random(path.name), []
    for _ in range(VARIANTS):
        number = rng.randint(*TEXTURE)
        made = analysis.quantise(number, 0, ranks(number))
        rest = analysis.residual(made)
        step = max(made.step_numbers[1] - rng.randint(*BELOW), 0)
        if (store.models_dir() / WEIGHTS).exists():
            found = detail.quantise(rest, made.frame, step)
        else:
            found = _rounded(rest, made.frame, step)
        if found is not None:
            recorder = Recorder()
            syntax.walk(recorder, tables.transform(), step, found.levels)
            out.append(recorder)
    return out


@click.command()
@options()
def main(data: Path, out: Path, limit: int | None, jobs: int) -> None:
    """Write the weights of detail layers from the faces in a folder."""
    os.environ["VCM_MODELS"] = str(out)
    found = list(parallel(decisions, faces(data)[:limit], jobs))
    torch.set_num_threads(1)
    count, bits = release_faces(out / WEIGHTS, found, syntax.WEIGHTS)
    click.echo(f"{WEIGHTS}: {count} decisions; {bits / 8:.1f} bytes a layer held out")


if __name__ == "__main__":
    main()
