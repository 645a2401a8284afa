"""How many faces a second the generator makes in batches, on what, and how near to the CPU its pictures are.

``python -m vcmcodec.bench.studies.throughput FILE.vcm... --batch 64 --device cuda``

Needs numpy, Pillow, click and onnxruntime alone, so that it runs where nothing else is installed.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
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


def rate(
    network: generator.Generator, inputs: Mapping[str, NDArray[np.float32]], rounds: int = ROUNDS
) -> float:
    """Faces a second: the median of ``rounds`` runs on ``inputs``, those of the network's contract."""
    for _ in range(WARM_UP):
        network.run_on(inputs)
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        network.run_on(inputs)
        seconds.append(time.perf_counter() - start)
    return len(inputs["x"]) / statistics.median(seconds)


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
    scenes = [scene for _, scene in found]
    model = found[0][0].model
    network = generator.load(model, device)
    inputs = network.contract.inputs([scenes[index % len(scenes)] for index in range(batch)], 1.0)
    one = network.contract.inputs(scenes[:1], 1.0)
    height, width = inputs["x"].shape[2:]
    click.echo(f"generator {model} on {network.provider}, {width} x {height} pixels")
    click.echo(f"batch {batch}: {rate(network, inputs, rounds):.1f} faces a second")
    click.echo(f"batch 1: {1e3 / rate(network, one, rounds):.1f} ms a face")
    if network.provider != "CPUExecutionProvider":
        some = network.contract.inputs(scenes[: min(batch, 8)], 1.0)
        share = agreement(network.run_on(some), generator.load(model, "cpu").run_on(some))
        click.echo(f"within {TOLERANCE} levels of the CPU's: {100 * share:.4f} % of samples")


if __name__ == "__main__":
    main()
