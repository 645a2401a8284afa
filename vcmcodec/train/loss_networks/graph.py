"""A graph of TensorFlow's operations, run by torch, so that it can be trained against."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

Node = tuple[str, str, list[str], int, str]
"""An operation: op, name, names of its inputs, stride, padding (``SAME``, ``VALID`` or empty)."""


def convolve(x: Tensor, kernel: Tensor, stride: int = 1, padding: str = "SAME", groups: int = 1) -> Tensor:
    """TensorFlow's convolution: SAME pads below and at the right first."""
    if padding == "SAME":
        (height, width), size = x.shape[2:], kernel.shape[2]
        below, right = (max((math.ceil(n / stride) - 1) * stride + size - n, 0) for n in (height, width))
        x = functional.pad(x, (right // 2, right - right // 2, below // 2, below - below // 2))
    return functional.conv2d(x, kernel, None, stride, 0, 1, groups)


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


_BOUNDS = {"Maximum": "min", "Minimum": "max"}


class Graph(nn.Module):
    """A graph model of convolutions, with one input (B, C, H, W), up to its node ``last``: vectors (B, N)."""

    def __init__(self, nodes: Sequence[Node], arrays: dict[str, Tensor], last: str) -> None:
        super().__init__()
        self.nodes = list(nodes)
        self.last = last
        self._slots = {name: f"weight_{index}" for index, name in enumerate(sorted(arrays))}
        for name, slot in self._slots.items():
            self.register_buffer(slot, arrays[name])
        self._numbers = {name: float(array) for name, array in arrays.items() if array.numel() == 1}

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
            values = [value(name, first.ndim == 4).to(first.dtype) for name in inputs]
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
            elif op in _BOUNDS and inputs[1] in self._numbers:  # a third of a minimum's gradient's cost
                known[name] = first.clamp(**{_BOUNDS[op]: self._numbers[inputs[1]]})
            else:
                known[name] = _POINTWISE[op](*values)
            if name == self.last:
                break
        return known[self.last]
