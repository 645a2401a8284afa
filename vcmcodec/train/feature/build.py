"""Trains what feature layers are coded with:
``python -m vcmcodec.train.feature.build --data FOLDER --cache FILE --out models``, once for the transform,
then again and again for the weights.

The transform is the KLT of training faces' embeddings. Weights are fitted to features quantised as the
encoder does: first with levels simply rounded, then with those that rate and distortion choose under the
weights so far.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import feature as features
from vcmcodec.layers.feature import syntax, tables
from vcmcodec.layers.feature.head import TRANSFORM, WEIGHTS
from vcmcodec.layers.feature.part import Feature, step_of
from vcmcodec.train import catalogue
from vcmcodec.train.entropy.fit_weights import Decisions, Recorder, release
from vcmcodec.train.feature.embed import embedded
from vcmcodec.train.feature.klt import fit

HELD_OUT = 0.1
"""Share of the faces that the weights are tried on."""

ROUNDING = 0.35
"""Levels are rounded up from one less this share of a step, before there are weights."""

BYTES = 15, 60
"""Payloads that the weights are fitted to."""


def rounded(embedding: NDArray[np.float32], rng: random.Random) -> Feature:
    """A feature at any step, its levels rounded alike."""
    step = rng.randint(3, 15)
    values = features.coefficients(embedding) / step_of(step)
    levels = (np.sign(values) * np.floor(abs(values) + ROUNDING)).astype(int)
    return Feature(step, tuple(np.trim_zeros(levels, "b").tolist()))


def decisions(embeddings: NDArray[np.float32], first: bool, seed: int) -> Decisions:
    """The decisions of all features, each of any size."""
    rng, recorder = random.Random(seed), Recorder()
    energies = tables.basis().energy
    for one in embeddings:
        feature = rounded(one, rng) if first else features.quantised(one, rng.randint(*BYTES))
        syntax.walk(recorder, energies, feature.step, feature.levels)
    return Decisions([recorder])


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--cache", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--jobs", default=2, show_default=True)
def main(data: Path, cache: Path, out: Path, jobs: int) -> None:
    """Write the transform of features from the faces in a folder, where there is none, else weights."""
    os.environ["VCM_MODELS"] = str(out)
    names, embeddings = embedded(data, cache, jobs)
    if not (out / TRANSFORM).exists():
        (out / TRANSFORM).write_bytes(tables.write(fit(embeddings)))
        catalogue.enter(out / TRANSFORM)
        click.echo(f"{TRANSFORM}: of {len(names)} faces")
        return
    first = not (out / WEIGHTS).exists()
    shuffled = embeddings[np.random.default_rng(0).permutation(len(embeddings))]
    held = round(HELD_OUT * len(shuffled))
    trained, tried = (
        decisions(part, first, seed) for seed, part in enumerate((shuffled[held:], shuffled[:held]))
    )
    bits = release(out / WEIGHTS, trained, tried, syntax.WEIGHTS)
    click.echo(f"{WEIGHTS}: {len(trained)} decisions; {bits / 8 / held:.2f} bytes a face held out")


if __name__ == "__main__":
    main()
