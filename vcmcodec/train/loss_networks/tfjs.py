"""Reads networks stored for TensorFlow.js: a manifest of weights (JSON) with their bytes in other files, and
a graph model (JSON with a TensorFlow graph of frozen weights), as ``tensorflowjs_converter`` writes them."""

from __future__ import annotations

import base64
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vcmcodec.train.loss_networks.graph import Node


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


def kernel(array: NDArray[np.float32], depthwise: bool = False) -> Tensor:
    """A kernel of TensorFlow (H, W, in, out), or (H, W, channels, 1), as torch's."""
    order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
    return torch.from_numpy(np.ascontiguousarray(array.transpose(order)))


def laid_out(nodes: list[Node], arrays: dict[str, NDArray[np.float32]]) -> dict[str, Tensor]:
    """The weights of a graph of ``nodes``, kernels laid out for torch."""
    kernels = {inputs[1]: op for op, _, inputs, *_ in nodes if "Conv2" in op}
    laid = {}
    for name, array in arrays.items():
        if name in kernels:
            laid[name] = kernel(array, "Depthwise" in kernels[name])
        else:
            laid[name] = torch.from_numpy(array.copy())
    return laid
