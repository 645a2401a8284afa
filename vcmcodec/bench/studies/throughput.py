"""How many faces a second the generator makes in batches, on what, and how near to the CPU its pictures are.

``python -m vcmcodec.bench.studies.throughput FILE.vcm... --batch 64 --device cuda``

Needs numpy, Pillow, click and onnxruntime alone, so that it runs where nothing else is installed.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec.render import generator

ROUNDS, WARM_UP = 12, 3

TOLERANCE = 2
"""Levels of 255 that pictures of two devices may differ by in all but a thousandth of their samples
(spec/FORMAT.md, section "Generator")."""


def rate(network: generator.Generator, x: NDArray[np.float32], rounds: int = ROUNDS) -> float:
    """Faces a second: the median of ``rounds`` runs on ``x``, float32 (B, 5, H, W)."""
    for _ in range(WARM_UP):
        network.network(x)
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        network.network(x)
        seconds.append(time.perf_counter() - start)
    return len(x) / statistics.median(seconds)


def agreement(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The share of samples, in -1..1, that are within TOLERANCE levels of each other."""
    return float((np.abs(one - other) * 127.5 <= TOLERANCE).mean())


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--batch", default=64, show_default=True)
@click.option("--rounds", default=ROUNDS, show_default=True)
@click.option("--device", type=click.Choice(["auto", "cuda", "cpu"]), default="auto", show_default=True)
def main(files: tuple[Path, ...], batch: int, rounds: int, device: str) -> None:
    """Time the generator on FILES, all of one canvas, repeated until there are a batch of them."""
    found = [vcmcodec.decode_scene(path.read_bytes()) for path in files]
    planes = [generator.planes(scene) for _, scene in found]
    x = np.stack([planes[index % len(planes)] for index in range(batch)])
    model = found[0][0].model
    network = generator.load(model, device)
    click.echo(f"generator {model} on {network.provider}, {x.shape[3]} x {x.shape[2]} pixels")
    click.echo(f"batch {batch}: {rate(network, x, rounds):.1f} faces a second")
    click.echo(f"batch 1: {1e3 / rate(network, x[:1], rounds):.1f} ms a face")
    if network.provider != "CPUExecutionProvider":
        some = x[: min(len(planes), batch, 8)]
        share = agreement(network.network(some), generator.load(model, "cpu").network(some))
        click.echo(f"within {TOLERANCE} levels of the CPU's: {100 * share:.4f} % of samples")


if __name__ == "__main__":
    main()
