"""Trains the detail layer's transform in closed form: ``python -m vcmcodec.train.transform.detail --data
FOLDER --out models``."""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path

import click
import numpy as np
import torch
from numpy.typing import NDArray

from vcmcodec.encoder import detail, texture
from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.texture_proposer import ranks
from vcmcodec.io import picture
from vcmcodec.layers.detail import tables
from vcmcodec.layers.detail.head import TRANSFORM
from vcmcodec.layers.detail.regions import CHROMA, NOSE, REGIONS, SHAPES, Shape
from vcmcodec.layers.detail.tables import Basis
from vcmcodec.train import catalogue
from vcmcodec.train.data.faces import faces, options, parallel
from vcmcodec.train.transform.klt import energies, integers

SIDE = 256

COUNT = 256
"""Functions of a basis."""

STEP = 54
"""Functions are learned of what textures leave whose step has this number: those of files of 500 bytes."""

FADE = 0.25
"""A region's border fades by a Hann window to this power, in analysis and again in synthesis."""


def _hann(length: int) -> NDArray[np.float64]:
    return np.asarray(np.hanning(length + 2)[1:-1] ** FADE)


@functools.cache
def fades(shape: Shape) -> NDArray[np.float32]:
    """What a region's samples are multiplied by."""
    parts = [np.outer(_hann(part.rows), _hann(part.columns)) for part in (shape, shape.chroma, shape.chroma)]
    return np.concatenate([part.ravel() for part in parts]).astype(np.float32)


@functools.cache
def roots(shape: Shape) -> NDArray[np.float32]:
    """Square roots of what an error of samples counts."""
    counts = (shape.columns * shape.rows, 1), *[(part, CHROMA**2) for part in _chroma(shape)]
    parts = [np.full(n, (error * area) ** 0.5) for error, (n, area) in zip(texture.ERROR_WEIGHTS, counts)]
    return np.concatenate(parts).astype(np.float32)


def _chroma(shape: Shape) -> tuple[int, int]:
    return (shape.chroma.columns * shape.chroma.rows,) * 2


def rest(path: Path) -> list[NDArray[np.float32]]:
    """What a texture leaves of a face's regions, as weighted samples; none without a face."""
    canvas = picture.resize(picture.load(path), SIDE, SIDE)
    if not frames.faces(canvas):
        return []
    analysis = texture.Analysis(canvas, frames.find(canvas))
    made = analysis.quantise(STEP, 0, ranks(STEP))
    left = detail.window(analysis.residual(made), analysis.frame)
    out = []
    for region in REGIONS:
        shape = SHAPES[region.basis]
        out.append(detail.samples(detail.cut(left, region)) * fades(shape) * roots(shape))
        if region.basis >= NOSE:  # whose mirror image is as probable
            turned = detail.cut(left[:, ::-1], region)
            out.append(detail.samples(turned) * fades(shape) * roots(shape))
    return out


def fit(shape: Shape, data: NDArray[np.float32]) -> Basis:
    """The basis that explains weighted samples ``data``, float32 (n, samples), in fewest coefficients."""
    tensor = torch.from_numpy(data)
    _, vectors = torch.linalg.eigh((tensor.T @ tensor / len(data)).double())
    chosen = vectors.flip(1)[:, :COUNT].float().numpy()
    energy = abs(data @ chosen).mean(axis=0)
    functions = chosen.T * (fades(shape) / roots(shape))
    return Basis(energies(energy), *integers(functions))


@click.command()
@options()
def main(data: Path, out: Path, limit: int | None, jobs: int) -> None:
    """Write the detail layer's transform from the faces in a folder; the texture layer's is there already."""
    begun = time.monotonic()
    os.environ["VCM_MODELS"] = str(out)
    found = [one for one in parallel(rest, faces(data)[:limit], jobs) if one]
    click.echo(f"{time.monotonic() - begun:6.0f} s  {len(found)} faces with a frame")
    parts = [
        np.stack([part for face in found for part in face[2 * n : 2 * n + 2]]) for n in range(len(SHAPES))
    ]
    made = tuple(fit(shape, part) for shape, part in zip(SHAPES, parts))
    (out / TRANSFORM).write_bytes(tables.write(made))
    catalogue.enter(out / TRANSFORM)
    size = (out / TRANSFORM).stat().st_size
    click.echo(f"{time.monotonic() - begun:6.0f} s  {out / TRANSFORM}: {size} bytes")


if __name__ == "__main__":
    main()
