"""Calibrates cosines: how often two people's features are as alike.
``python -m vcmcodec.train.feature.calibrate --data FOLDER --cache FILE --group scut --out models``.

Pairs are of a group of faces that resemble each other, since people of one age and origin are mistaken for
each other more often than people at large; every face of the group is another person's. Features are as files
of several sizes hold them, and unquantised, in any mix; of all mixes the highest rate counts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import feature as features
from vcmcodec.io import output
from vcmcodec.matching import CALIBRATION, unit
from vcmcodec.train import catalogue
from vcmcodec.train.feature.embed import embedded

REPEATED = 0.65
"""Pairs whose unquantised cosine is higher are taken for one person's, and left out."""

BIN = 0.01
LEAST = 10
"""A rate is stated where at least this many pairs had such a cosine."""

SIZES = (16, 32, 48)


def pair_counts(
    one: NDArray[np.float32], other: NDArray[np.float32], kept: NDArray[np.bool_], edges: NDArray[np.float64]
) -> NDArray[np.int64]:
    """How many of the ``kept`` pairs have a cosine between two neighbouring ``edges``."""
    return np.histogram((one @ other.T)[kept], edges)[0]


def calibrated(embeddings: NDArray[np.float32]) -> dict[str, object]:
    """The calibration by faces of as many people, float32 (n, 128)."""
    kept = np.triu(embeddings @ embeddings.T < REPEATED, 1)
    forms = [embeddings]
    for most in SIZES:
        forms.append(np.stack([unit(features.quantised(one, most).vector) for one in embeddings]))
    edges = np.arange(-1, 1 + BIN / 2, BIN)
    pairs = int(kept.sum())
    highest = np.zeros(len(edges), dtype=np.int64)
    for index, one in enumerate(forms):
        for other in forms[index:]:
            counts = pair_counts(one, other, kept, edges)
            above = np.concatenate([counts[::-1].cumsum()[::-1], [0]])
            highest = np.maximum(highest, above)
    measured = highest >= LEAST
    rates = np.round(np.log10(highest[measured] / pairs), 4) + 0.0
    from_one = max(int((rates == 0).sum()) - 1, 0)
    return {
        "cosines": [round(float(one), 4) for one in edges[measured][from_one:]],
        "log10_far": rates[from_one:].tolist(),
        "pairs": pairs,
        "faces": len(embeddings),
    }


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--cache", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--group", required=True, help="Faces below this folder of the data.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--jobs", default=2, show_default=True)
def main(data: Path, cache: Path, group: str, out: Path, jobs: int) -> None:
    """Write the calibration of cosines from the faces of a group."""
    os.environ["VCM_MODELS"] = str(out)
    names, embeddings = embedded(data, cache, jobs)
    chosen = np.array([name.split("/")[0] == group for name in names])
    stated = calibrated(embeddings[chosen])
    output.write(out / CALIBRATION, f"{json.dumps(stated)}\n".encode())
    catalogue.enter(out / CALIBRATION)
    click.echo(f"{CALIBRATION}: {stated['pairs']} pairs of {stated['faces']} faces")


if __name__ == "__main__":
    main()
