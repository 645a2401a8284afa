"""The loss networks, in torch.

None of them is one that the bench reports. Identity is judged by MobileFace, a small network that learned
from MS-Celeb-1M, and by FaceRes, which learned to tell sex and age, where the bench uses dlib's and SFace;
landmarks by the network of face-api.js, where the bench uses dlib's and MediaPipe's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.nn import functional

from vcmcodec.errors import ModelError
from vcmcodec.train.loss_networks.graph import Graph, convolve

_POOL_BEFORE = {2, 4, 7, 10}
_TAPS = {1: 1.0, 3: 1.0, 6: 1.0, 8: 1.0}
"""VGG16 convolutions (from 0) whose features are compared, after ReLU: conv1_2, 2_2, 3_3, 4_2."""

LAST_VGG = max(_TAPS)
"""The last of VGG16's convolutions that is needed."""

SIDE = 112
"""MobileFace and the landmarks' network see squares of this many pixels a side."""

_WIDE_SIDE, _WIDER = 224, 1.5
"""The side of those that FaceRes sees, and how many times larger its template is."""

_TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where faces that networks of identity are trained on have their marks (Deng et al. 2019, ArcFace)."""

GRAPHS = ("identity", "description")
"""Networks that are stored as a graph of operations, with their weights."""

_LOOSER = 1.3
"""How many times larger the square is that landmarks are found in."""


def squares(pictures: Tensor, marks: Tensor, scale: float = 1.0, side: int = SIDE) -> Tensor:
    """The face of each picture (B, 3, H, W), turned upright, (B, 3, side, side): its ``marks`` (B, 5, 2), x
    and y in pixels, lie as near to the template as moving, turning and scaling allow. ``scale``: how many
    times larger the square is than the template's."""
    wanted = marks.new_tensor(_TEMPLATE)
    wanted = ((wanted - SIDE / 2) / scale + SIDE / 2) * (side / SIDE)
    # Least squares for the similarity that leads from the square to the picture.
    a = wanted - wanted.mean(dim=0)
    centre = marks.mean(dim=1)
    b = marks - centre[:, None]
    norm = a.square().sum()
    cos = (a * b).sum(dim=(1, 2)) / norm
    sin = (a[:, 0] * b[:, :, 1] - a[:, 1] * b[:, :, 0]).sum(dim=1) / norm
    turn = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], 1)
    steps = torch.arange(side, device=marks.device, dtype=marks.dtype)
    grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1).reshape(-1, 2)
    at = (grid - wanted.mean(dim=0)) @ turn.transpose(1, 2) + centre[:, None]
    height, width = pictures.shape[2:]
    at = (2 * at + 1) / at.new_tensor([width, height]) - 1
    return functional.grid_sample(
        pictures, at.view(-1, side, side, 2), padding_mode="border", align_corners=False
    )


class Identity(nn.Module):
    """MobileFace: pictures (B, 3, H, W) in -1..1 with the marks of their faces (B, 5, 2) to unit vectors
    (B, 256); those of one person lie close."""

    def __init__(self, network: Graph) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor, marks: Tensor) -> Tensor:
        return functional.normalize(self.network(squares(pictures, marks) * 127.5 + 127.5), dim=1)


class Description(nn.Module):
    """FaceRes: pictures (B, 3, H, W) in -1..1 with the marks of their faces (B, 5, 2) to unit vectors
    (B, 1024), a description that is alike for one person. It is a large network: 16 bits will do."""

    def __init__(self, network: Graph) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor, marks: Tensor) -> Tensor:
        with torch.autocast(pictures.device.type, enabled=False):  # for places
            seen = squares(pictures.float(), marks.float(), _WIDER, _WIDE_SIDE) * 127.5 + 127.5
        return functional.normalize(self.network(seen).float(), dim=1)


class Landmarks(nn.Module):
    """face-api.js's 68 landmarks: pictures (B, 3, H, W) in -1..1 with the marks of their faces (B, 5, 2) to
    (B, 68, 2), x and y as shares of a square around the face."""

    mean: Tensor

    def __init__(self, arrays: dict[str, Tensor]) -> None:
        super().__init__()
        self._slots = {name: name.replace("/", "_") for name in arrays}
        for name, slot in self._slots.items():
            self.register_buffer(slot, arrays[name])
        self.register_buffer("mean", torch.tensor([122.782, 117.001, 104.298]).view(1, 3, 1, 1) / 255)

    def _weight(self, name: str) -> Tensor:
        found: Tensor = getattr(self, self._slots[name])
        return found

    def _layer(self, x: Tensor, name: str, stride: int) -> Tensor:
        if f"{name}/filters" in self._slots:
            x = convolve(x, self._weight(f"{name}/filters"), stride)
        else:
            kernel = self._weight(f"{name}/depthwise_filter")
            x = convolve(x, kernel, stride, groups=kernel.shape[0])
            x = functional.conv2d(x, self._weight(f"{name}/pointwise_filter"))
        return x + self._weight(f"{name}/bias").view(1, -1, 1, 1)

    def forward(self, pictures: Tensor, marks: Tensor) -> Tensor:
        x = (squares(pictures, marks, _LOOSER) + 1) / 2 - self.mean
        for block in range(4):
            out = functional.relu(self._layer(x, f"dense{block}/conv0", 2))
            total = out
            for number in range(1, 4):
                out = self._layer(
                    out if number == 1 else functional.relu(total), f"dense{block}/conv{number}", 1
                )
                total = total + out
            x = functional.relu(total)
        x = functional.avg_pool2d(x, 7, 2).permute(0, 2, 3, 1).flatten(1)
        return (x @ self._weight("fc/weights") + self._weight("fc/bias")).view(-1, 68, 2)


class Exact(nn.Module):
    """A network that computes in 32 bits, whatever else does not: places in a picture need more than the
    eight that bfloat16 has."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor, marks: Tensor) -> Tensor:
        with torch.autocast(pictures.device.type, enabled=False):
            found: Tensor = self.network(pictures.float(), marks.float())
        return found


class Perceptual(nn.Module):
    """Distance of VGG16 features (Johnson et al. 2016), each pixel's feature vector of unit length.
    Pictures are (B, 3, H, W) in -1..1; distances (B,)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, arrays: dict[str, Tensor]) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for number in range(LAST_VGG + 1):
            kernel = arrays[f"{number}.weight"].float()
            layer = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1)
            layer.load_state_dict({"weight": kernel, "bias": arrays[f"{number}.bias"].float()})
            self.layers.append(layer)
        self.requires_grad_(False)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def features(self, x: Tensor) -> list[Tensor]:
        """The compared features of pictures (B, 3, H, W)."""
        x = ((x + 1) / 2 - self.mean) / self.deviation
        found = []
        for number, layer in enumerate(self.layers):
            if number in _POOL_BEFORE:
                x = functional.max_pool2d(x, 2)
            x = functional.relu(layer(x), inplace=True)
            if number in _TAPS:
                found.append(x / (x.square().sum(dim=1, keepdim=True) + 1e-8).sqrt())
        return found

    def forward(self, made: Tensor, real: Tensor) -> Tensor:
        with torch.no_grad():
            targets = self.features(real)
        distances = [
            weight * (a - b).square().sum(dim=1).mean(dim=(1, 2))
            for weight, a, b in zip(_TAPS.values(), self.features(made), targets)
        ]
        return torch.stack(distances).sum(dim=0)


class LossNetworks(nn.Module):
    """All of them, from the safetensors file that :mod:`vcmcodec.train.loss_networks.convert` writes.

    Raises ModelError where the file is missing or not such a file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        arrays: dict[str, dict[str, Tensor]] = {name: {} for name in ("vgg16", "landmarks", *GRAPHS)}
        try:
            with safe_open(path, framework="pt") as file:
                graphs: dict[str, Any] = json.loads((file.metadata() or {})["graphs"])
                for name in file.keys():  # noqa: SIM118  # no dict
                    network, _, weight = name.partition("/")
                    arrays[network][weight] = file.get_tensor(name)
        except Exception as error:  # safetensors raises a class of its own
            raise ModelError(f"{path} holds no loss networks: {error}") from None
        made = {
            name: Graph([(*node,) for node in graphs[name]["nodes"]], arrays[name], graphs[name]["last"])
            for name in GRAPHS
        }
        self.perceptual = Perceptual(arrays["vgg16"])
        self.identity = Exact(Identity(made["identity"]))
        self.description = Description(made["description"])
        self.landmarks = Exact(Landmarks(arrays["landmarks"]))
        self.requires_grad_(False).eval()
