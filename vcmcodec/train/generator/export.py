"""Exports a checkpoint's averaged weights to ONNX and checks it against torch.

``python -m vcmcodec.train.generator.export --checkpoint build/train/checkpoint.pt --out models/face-N.onnx``
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor

from vcmcodec.io import output
from vcmcodec.models import session
from vcmcodec.render import inputs
from vcmcodec.train import catalogue
from vcmcodec.train.generator.network import CONTRACT, Generator, renamed
from vcmcodec.train.generator.stored import narrow

TOLERANCE, TYPICAL = 0.03, 0.004
"""Most that ONNX with narrow weights may differ from torch, in -1..1, and most of its root mean square: half
a level of 255."""


def random_inputs(size: tuple[int, int, int]) -> dict[str, NDArray[np.float32]]:
    """Random inputs of batch, height, width, by name: half of them with texture."""
    batch, height, width = size
    rng = np.random.default_rng(0)
    textured = np.arange(batch, dtype=np.float32) % 2
    x = np.zeros((batch, inputs.PLANES, height, width), dtype=np.float32)
    x[:, inputs.E] = rng.random((batch, 1, height, width)) < 0.03
    x[:, inputs.M] = rng.random((batch, 1, height, width)) < 0.002
    x[:, inputs.C] = rng.uniform(-1, 1, (batch, 3, height, width)) * x[:, inputs.M]
    x[:, inputs.T] = rng.uniform(-1, 1, (batch, 3, height, width)) * textured[:, None, None, None]
    known = np.stack([textured * 0 + 1, textured * 0 + 1, textured, textured * 7], axis=1)
    return {"x": x, "realism": rng.random((batch, 1), dtype=np.float32), "known": known.astype(np.float32)}


def difference(generator: Generator, path: Path, size: tuple[int, int, int]) -> tuple[float, float]:
    """The largest difference between torch and ONNX on a random input of batch, height, width, and its root
    mean square."""
    given = random_inputs(size)
    network = session.load(path)
    with torch.no_grad():
        expected = generator(*(torch.from_numpy(part) for part in given.values())).numpy()
    away = network.run(given, ["y"])[0] - expected
    return float(np.abs(away).max()), float(np.sqrt((away**2).mean()))


def averaged(weights: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean, float32, of the weights of networks that one was trained on from another (Wortsman et al.
    2022). Raises KeyError or RuntimeError where they are not of one kind."""
    return {name: torch.stack([one[name].float() for one in weights]).mean(dim=0) for name in weights[0]}


@click.command()
@click.option(
    "--checkpoint",
    "checkpoints",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    required=True,
    help="Of several runs, the weights are averaged.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--number", default=1, show_default=True, help="The generator's id, which files name.")
@click.option("--replace", is_flag=True, help="Replace weights that were never released.")
def main(checkpoints: tuple[Path, ...], out: Path, number: int, replace: bool) -> None:
    """Export the weights of a checkpoint, averaged over its run, or the mean of several checkpoints' such."""
    states = [torch.load(checkpoint, map_location="cpu", weights_only=True) for checkpoint in checkpoints]
    generator = Generator.of(averaged([renamed(state["ema"]) for state in states])).eval()
    axes = {0: "batch", 2: "height", 3: "width"}
    if out.exists() and not replace:
        raise click.UsageError(f"{out} is there: files name it, so other weights need another --number")
    partial = checkpoints[-1].with_suffix(".onnx")
    torch.onnx.export(
        generator,
        (torch.zeros(2, inputs.PLANES, 256, 192), torch.ones(2, 1), torch.ones(2, inputs.FACTS)),
        str(partial),
        input_names=["x", "realism", "known"],
        output_names=["y"],
        dynamic_axes={"x": axes, "realism": {0: "batch"}, "known": {0: "batch"}, "y": axes},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(str(partial))
    narrow(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(partial))
    for size in ((1, 256, 256), (3, 320, 192), (2, 32, 64), (1, 512, 512)):
        largest, usual = difference(generator, partial, size)
        click.echo(f"{size}: largest difference {largest:.2e}, root mean square {usual:.2e}")
        if not (largest <= TOLERANCE and usual <= TYPICAL):
            partial.unlink()
            raise click.ClickException(f"ONNX differs from torch by more than {TOLERANCE} or {TYPICAL}")
    output.write(out, partial.read_bytes())
    partial.unlink()
    catalogue.enter(out, generator=number, contract=CONTRACT)
    seen = ", ".join(str(state.get("seen", 0)) for state in states)
    click.echo(f"{out}: {out.stat().st_size} bytes, pictures {seen}")


if __name__ == "__main__":
    main()
