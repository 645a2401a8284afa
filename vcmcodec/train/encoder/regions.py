"""Trains the map of a face's regions that the encoder weighs strokes by (see
:mod:`vcmcodec.encoder.face_regions`).

``python -m vcmcodec.train.encoder.regions --data FOLDER --out models/face-regions.onnx``

The teacher is MediaPipe's face mesh, whose eyes, brows, nose and lips are drawn as lines, and so is the
oval of the face.
"""

from __future__ import annotations

import io
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from vcmcodec.encoder.face_regions import GRID, SIDE
from vcmcodec.io import output, picture
from vcmcodec.metrics.face_mesh import Mesh468
from vcmcodec.train import catalogue
from vcmcodec.train.data.faces import faces

# Points of the mesh along each line (MediaPipe's face_mesh_connections); closed where it ends as it began.
FEATURES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
    (46, 53, 52, 65, 55),
    (70, 63, 105, 66, 107),
    (276, 283, 282, 295, 285),
    (300, 293, 334, 296, 336),
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
    (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308),
    (64, 98, 97, 2, 326, 327, 294),
    (48, 64),
    (278, 294),
)
OVAL = (
    (10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377)
    + (152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10),
)

_SOURCE = 2 * SIDE
_WIDTH = 2 * 6
"""Lines are this wide at _SOURCE pixels a side."""


class Regions(nn.Module):
    """RGB, float32 (B, 3, SIDE, SIDE) in 0..1, to shares 0..1 of (B, 2, GRID, GRID): the features, and
    the oval, of the face."""

    def __init__(self) -> None:
        super().__init__()
        self.down = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in ((3, 16), (16, 32), (32, 48))
        )
        self.middle = nn.ModuleList(nn.Conv2d(48, 48, 3, padding=d, dilation=d) for d in (1, 2, 1))
        self.up = nn.ModuleList((nn.Conv2d(48 + 32, 32, 3, padding=1), nn.Conv2d(32 + 16, 16, 3, padding=1)))
        self.last = nn.Conv2d(16, 2, 3, padding=1)

    def logits(self, x: Tensor) -> Tensor:
        """As :meth:`forward`, before the sigmoid."""
        x = 4 * (x - 0.5)
        kept = []
        for layer in self.down:
            x = functional.relu(layer(x))
            kept.append(x)
        for layer in self.middle:
            x = x + functional.relu(layer(x))
        for layer, skip in zip(self.up, (kept[1], kept[0])):
            x = functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = functional.relu(layer(torch.cat([x, skip], dim=1)))
        out: Tensor = self.last(x)
        return out

    def forward(self, x: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(x))


def drawn(points: NDArray[np.float64], side: int) -> NDArray[np.uint8]:
    """Both maps of the mesh's ``points`` (468, 2), given as shares of the side: uint8 (side, side, 2)."""
    maps = []
    for lines in (FEATURES, OVAL):
        canvas: NDArray[np.uint8] = np.zeros((side, side), np.uint8)
        for line in lines:
            track = np.rint(points[list(line)] * side).astype(np.int32)
            cv2.polylines(canvas, [track], False, 255, _WIDTH)
        maps.append(cv2.GaussianBlur(canvas, (0, 0), _WIDTH / 4))
    return np.stack(maps, axis=-1)


def batch(images: Tensor, maps: Tensor, rng: np.random.Generator, size: int = 32) -> tuple[Tensor, Tensor]:
    """Random faces, moved, turned, scaled down to a third, mirrored and relit."""
    chosen = torch.from_numpy(rng.integers(len(images), size=size))
    scale = np.exp(rng.uniform(np.log(0.85), np.log(2.8), size))
    angle = rng.normal(0, 0.15, size)
    shift = rng.uniform(-1, 1, (size, 2)) * np.maximum(scale - 0.7, 0)[:, None]
    flip = rng.choice([-1.0, 1.0], size)
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    theta = np.stack(
        [np.stack([cos * flip, -sin, shift[:, 0]], -1), np.stack([sin * flip, cos, shift[:, 1]], -1)], 1
    )
    where = functional.affine_grid(
        torch.from_numpy(theta.astype(np.float32)), [size, 3, SIDE, SIDE], align_corners=False
    )
    x = images[chosen].float() / 255
    y = maps[chosen].float() / 255
    padding = "reflection" if rng.random() < 0.5 else "border"
    seen = functional.grid_sample(x, where, padding_mode=padding, align_corners=False)
    if padding == "reflection":  # other faces at the borders would have no map
        inside = (where.abs().amax(dim=-1) <= 1)[:, None]
        noise = torch.rand(size, 3, 8, 8)
        seen = torch.where(inside, seen, functional.interpolate(noise, size=(SIDE, SIDE), mode="bilinear"))
    wanted = functional.grid_sample(y, where, padding_mode="zeros", align_corners=False)
    gain = torch.from_numpy(rng.uniform(0.6, 1.3, (size, 1, 1, 1)).astype(np.float32))
    tint = torch.from_numpy(rng.uniform(0.85, 1.15, (size, 3, 1, 1)).astype(np.float32))
    seen = (seen * gain * tint).clamp(0, 1)
    if rng.random() < 0.2:
        seen = seen.mean(dim=1, keepdim=True).expand_as(seen)
    return seen, functional.avg_pool2d(wanted, SIDE // GRID)


@click.command()
@click.option("--data", type=click.Path(exists=True, file_okay=False, path_type=Path), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option("--limit", default=4096, show_default=True, help="Faces to learn from.")
@click.option("--steps", default=2500, show_default=True)
def main(data: Path, out: Path, limit: int, steps: int) -> None:
    """Train the map of regions on the faces in a folder."""
    torch.manual_seed(0)
    teacher, rng = Mesh468(), np.random.default_rng(0)
    images, maps = [], []
    for path in faces(data)[:limit]:
        pixels = picture.load(path)
        points = teacher(pixels)
        if points is not None:
            images.append(picture.resize(pixels, _SOURCE, _SOURCE))
            maps.append(drawn(points / (pixels.shape[1], pixels.shape[0]), _SOURCE))
    x, y = (torch.from_numpy(np.stack(part)).permute(0, 3, 1, 2).contiguous() for part in (images, maps))
    click.echo(f"{len(x)} faces")
    network = Regions()
    adam = torch.optim.AdamW(network.parameters(), 2e-3)
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, 2e-3, total_steps=steps)
    mean = 0.0
    for step in range(1, steps + 1):
        seen, wanted = batch(x, y, rng)
        loss = functional.binary_cross_entropy_with_logits(network.logits(seen), wanted)
        adam.zero_grad()
        loss.backward()
        adam.step()
        plan.step()
        mean = float(loss) if step == 1 else 0.98 * mean + 0.02 * float(loss)
        if step % 200 == 0:
            click.echo(f"{step} {mean:.4f}")
    file = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        (torch.zeros(1, 3, SIDE, SIDE),),
        file,
        input_names=["x"],
        output_names=["y"],
        dynamo=False,
        opset_version=17,
    )
    output.write(out, file.getvalue())
    catalogue.enter(out)
    click.echo(f"{out}: {len(file.getvalue())} bytes")


if __name__ == "__main__":
    main()
