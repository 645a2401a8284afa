"""Reads networks stored for TensorFlow.js, and runs one as torch, so that it can be trained against.

The formats are those that ``tensorflowjs_converter`` writes: a manifest of weights (JSON) with their
bytes in other files, and a graph model (JSON with a TensorFlow graph of frozen weights).
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Node = tuple[str, str, list[str], int, str]
"""An operation: op, name, names of its inputs, stride, padding (``SAME``, ``VALID`` or empty)."""


def weights(groups: list[dict[str, Any]], folder: Path) -> dict[str, NDArray[np.float32]]:
    """The arrays of a weights manifest whose files lie in ``folder``, as float32, by name."""
    arrays = {}
    for group in groups:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        offset = 0
        for entry in group["weights"]:
            coding = entry.get("quantization", {})
            stored = np.dtype(coding.get("dtype", entry["dtype"]))
            count = math.prod(entry["shape"])
            values = np.frombuffer(data, stored, count, offset).astype(np.float32)
            if "scale" in coding:
                values = values * np.float32(coding["scale"]) + np.float32(coding["min"])
            arrays[entry["name"]] = values.reshape(entry["shape"])
            offset += count * stored.itemsize
    return arrays


def graph(path: Path) -> tuple[list[Node], dict[str, NDArray[np.float32]]]:
    """The operations of the graph model at ``path``, each after its inputs, and its weights."""
    model = json.loads(path.read_text(encoding="utf-8"))
    nodes: list[Node] = []
    for node in model["modelTopology"]["node"]:
        if node["op"] == "Const":
            continue
        attributes = node.get("attr", {})
        strides = attributes.get("strides", {}).get("list", {}).get("i", [1, 1, 1, 1])
        padding = base64.b64decode(attributes.get("padding", {}).get("s", "")).decode()
        nodes.append((node["op"], node["name"], node.get("input", []), int(strides[1]), padding))
    return nodes, weights(model["weightsManifest"], path.parent)


def convolve(x: Tensor, kernel: Tensor, stride: int = 1, padding: str = "SAME", groups: int = 1) -> Tensor:
    """TensorFlow's convolution: SAME pads below and at the right first."""
    if padding == "SAME":
        (height, width), size = x.shape[2:], kernel.shape[2]
        below, right = (max((math.ceil(n / stride) - 1) * stride + size - n, 0) for n in (height, width))
        x = functional.pad(x, (right // 2, right - right // 2, below // 2, below - below // 2))
    return functional.conv2d(x, kernel, None, stride, 0, 1, groups)


def kernel(array: NDArray[np.float32], depthwise: bool = False) -> Tensor:
    """A kernel of TensorFlow (H, W, in, out), or (H, W, channels, 1), as torch's."""
    order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(array.transpose(order)))


_POINTWISE: dict[str, Callable[..., Tensor]] = {
    "Abs": torch.abs,
    "Add": torch.add,
    "AddV2": torch.add,
    "Maximum": torch.maximum,
    "Minimum": torch.minimum,
    "Mul": torch.mul,
    "Relu": functional.relu,
    "Sub": torch.sub,
}


class Graph(nn.Module):
    """A graph model of convolutions, with one input (B, C, H, W), up to its node ``last``: vectors (B, N)."""

    def __init__(self, nodes: Sequence[Node], arrays: dict[str, Tensor], last: str) -> None:
        super().__init__()
        self.nodes = list(nodes)
        self.last = last
        self._slots = {name: f"weight_{index}" for index, name in enumerate(arrays)}
        for name, slot in self._slots.items():
            self.register_buffer(slot, arrays[name])

    @classmethod
    def load(cls, path: Path, last: str) -> Graph:
        """The graph model at ``path``, its weights laid out for torch."""
        nodes, arrays = graph(path)
        kernels = {inputs[1]: op for op, _, inputs, *_ in nodes if "Conv2" in op}
        laid = {}
        for name, array in arrays.items():
            if name in kernels:
                laid[name] = kernel(array, "Depthwise" in kernels[name])
            else:
                laid[name] = torch.from_numpy(array.copy())
        return cls(nodes, laid, last)

    def weights(self) -> dict[str, Tensor]:
        """Its weights by name, for another one."""
        return {name: getattr(self, slot) for name, slot in self._slots.items()}

    def forward(self, x: Tensor) -> Tensor:
        known: dict[str, Tensor] = {}

        def value(name: str, channels: bool) -> Tensor:
            if name not in self._slots:
                return known[name]
            found: Tensor = getattr(self, self._slots[name])
            return found.view(-1, 1, 1) if channels and found.ndim == 1 else found

        for op, name, inputs, stride, padding in self.nodes:
            if op == "Placeholder":
                known[name] = x
                continue
            first = next(known[name] for name in inputs if name in known)
            values = [value(name, first.ndim == 4) for name in inputs]
            if "Conv2" in op:
                groups = values[1].shape[0] if "Depthwise" in op else 1
                known[name] = convolve(first, values[1], stride, padding, groups)
            elif op == "Pad":
                (top, below), (left, right) = values[1].int().tolist()[1:3]
                known[name] = functional.pad(first, (left, right, top, below))
            elif op == "Reshape":  # only to vectors
                known[name] = first.permute(0, 2, 3, 1).flatten(1)
            elif op == "MatMul":
                known[name] = first @ values[1]
            elif op == "Mean":  # only over places
                known[name] = first.mean(dim=(2, 3))
            else:
                known[name] = _POINTWISE[op](*values)
            if name == self.last:
                break
        return known[self.last]
