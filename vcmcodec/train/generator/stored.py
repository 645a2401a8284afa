"""How the weights of a network lie in its ONNX file: large ones in 8 bits, some in 16.

``python -m vcmcodec.train.generator.stored models/face-5.onnx`` stores those of an older file so, too.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vcmcodec.io import output
from vcmcodec.train import catalogue

LARGE, SOME = 98304, 256
"""Tensors of LARGE numbers and more are stored in 8 bits each, those of SOME and more in 16: the first and
the last layers are small, and 8 bits there would cause seven times the error of all others together."""

_CLIPS = np.linspace(1, 0.6, 9)
"""Shares of a row's largest number that its range may end at."""


def narrow(model: onnx.ModelProto) -> None:
    """Stores large weights as int8, with a scale for each row, or as float16, and widens them again when the
    network is loaded: a quarter of the file, arithmetic in 32 bits as before."""
    widening = []
    added = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < SOME:
            continue
        name = tensor.name
        if values.size < LARGE or values.ndim < 2:
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
            widening.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
            continue
        codes, scale = quantised(values)
        tensor.CopyFrom(numpy_helper.from_array(codes, f"{name}.codes"))
        added.append(numpy_helper.from_array(scale, f"{name}.scale"))
        widening += [
            helper.make_node("Cast", [f"{name}.codes"], [f"{name}.wide"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{name}.wide", f"{name}.scale"], [name]),
        ]
    model.graph.initializer.extend(added)
    for index, node in enumerate(widening):
        model.graph.node.insert(index, node)


def quantised(values: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights as int8 of the same shape, and the scale, float32 (n, 1, ...), of each of the ``n`` rows of the
    first axis: that of the least squared error."""
    rows = values.reshape(len(values), -1)
    best = np.full(len(rows), np.inf)
    scale = np.ones(len(rows), dtype=np.float32)
    most = np.maximum(abs(rows).max(axis=1), 1e-12)
    for clip in _CLIPS:
        step = (most * clip / 127).astype(np.float32)
        error = ((np.clip(np.rint(rows / step[:, None]), -127, 127) * step[:, None] - rows) ** 2).sum(axis=1)
        better = error < best
        best[better], scale[better] = error[better], step[better]
    codes = np.clip(np.rint(rows / scale[:, None]), -127, 127).astype(np.int8)
    return codes.reshape(values.shape), scale.reshape(-1, *[1] * (values.ndim - 1))


def weights(model: onnx.ModelProto) -> dict[str, NDArray[np.float32]]:
    """The weights by the names that the network's nodes call them, float32, however they are stored."""
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    found = {}
    for name, values in stored.items():
        if name.endswith(".codes"):
            name = name.removesuffix(".codes")
            values = values.astype(np.float32) * stored[f"{name}.scale"]
        elif name.endswith(".scale"):
            continue
        if values.dtype in (np.float16, np.float32):
            found[name.removesuffix(".half")] = values.astype(np.float32)
    return found


def widen(model: onnx.ModelProto) -> None:
    """Stores all weights as float32: undoes :func:`narrow`, but for what it rounded."""
    found = weights(model)
    kept = [tensor for tensor in model.graph.initializer if tensor.data_type == TensorProto.INT64]
    made = {name for name in found if name not in {tensor.name for tensor in model.graph.initializer}}
    nodes = [node for node in model.graph.node if not set(node.output) & (made | {f"{n}.wide" for n in made})]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(kept)
    model.graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in found.items())


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(path: Path) -> None:
    """Store the weights of a generator's ONNX file in 8 bits."""
    model = onnx.load(str(path))
    widen(model)
    narrow(model)
    onnx.checker.check_model(model)
    output.write(path, model.SerializeToString())
    catalogue.enter(path, **{key: catalogue.entry(path)[key] for key in ("generator", "contract")})
    click.echo(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
