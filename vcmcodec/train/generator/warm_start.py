"""Begins a generator of input contract 3 with the weights of one of contract 2, of which only the ONNX file
is left.

``python -m vcmcodec.train.generator.warm_start --model models/face-5.onnx --out build/start.pt``
"""

from __future__ import annotations

import os
from pathlib import Path

import click
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor

from vcmcodec.train.generator import stored
from vcmcodec.train.generator.network import Generator, renamed

_NORMS = (
    *("encoder.0.0", "encoder.1.0", "encoder.2.0", "encoder.2.1", "encoder.3.0", "attention"),
    *("middle.0", "middle.1", "middle.2", "middle.3"),
    *("decoder.2.0", "decoder.2.1", "decoder.2.2"),
    *("decoder.1.0", "decoder.1.1", "decoder.0.0", "decoder.0.1"),
)
"""What owns a group norm, in the order in which the network runs them: the exporter names them by number."""


def weights(path: Path) -> dict[str, Tensor]:
    """The weights of a network of contract 2, by the names that torch gives them, float32.

    Raises KeyError where the file is another network's.
    """
    found: dict[str, NDArray[np.float32]] = {}
    norms: dict[str, list[tuple[int, NDArray[np.float32]]]] = {"Mul": [], "Add": []}
    for name, values in stored.weights(onnx.load(str(path))).items():
        if name.startswith("onnx::"):
            kind, number = name.removeprefix("onnx::").split("_")
            norms[kind].append((int(number), values.ravel()))
        else:
            found[name] = values
    for kind, part in (("Mul", "weight"), ("Add", "bias")):
        ordered = [values for _, values in sorted(norms[kind], key=lambda pair: pair[0])]
        for owner, values in zip(_NORMS, ordered, strict=True):
            found[f"{owner}.norm.{part}"] = values
    return renamed({name: torch.from_numpy(values.copy()) for name, values in found.items()})


def widened(weight: Tensor, like: Tensor) -> Tensor:
    """A layer's ``weight`` with inputs added, of weight zero, behind those that it had."""
    made = torch.zeros_like(like)
    made[:, : weight.shape[1]] = weight
    return made


def begin(generator: Generator, old: dict[str, Tensor]) -> None:
    """Gives ``generator`` the weights of a network of contract 2: without texture it makes the same picture.

    Raises RuntimeError where a weight has another shape.
    """
    state = generator.state_dict()
    for name, weight in old.items():
        state[name] = weight if weight.shape == state[name].shape else widened(weight, state[name])
    generator.load_state_dict(state)


@click.command()
@click.option("--model", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(model: Path, out: Path) -> None:
    """Write a checkpoint that training starts with, from the weights of an older generator."""
    generator = Generator()
    begin(generator, weights(model))
    partial = out.with_suffix(".partial")
    torch.save({"ema": generator.state_dict()}, partial)
    os.replace(partial, out)
    click.echo(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
