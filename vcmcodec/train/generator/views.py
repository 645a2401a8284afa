"""Where losses look: windows of pictures, mostly at the face's features, and weights of pixels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from vcmcodec.encoder import frame, texture
from vcmcodec.layers.texture.frame import WINDOW
from vcmcodec.render import inputs

_ABOUT = (2, 2, 1, 1.5, 1.5)
"""How often a window lies about each mark: eyes, nose, corners of the mouth."""

_OFF = 0.1
"""Standard deviation of a window's centre from its mark, as a share of the window's side."""


class Views:
    """What loss networks see of pictures (B, 3, H, W): a window at full size of each, and all at half size.

    ``x`` (B, 8, H, W): the network's input. ``marks`` (B, 5, 2), NaN where unknown. ``crop``: the window's
    side. ``features``: how often it lies about a mark; else anywhere, mostly in the middle.
    """

    def __init__(
        self, x: Tensor, marks: Tensor, crop: int, features: float, rng: np.random.Generator
    ) -> None:
        self._crop = crop
        strokes = torch.cat([x[:, inputs.E], x[:, inputs.M]], dim=1)
        self._corners = [_corner(x.shape[2:], part.tolist(), crop, features, rng) for part in marks]
        self._strokes = [self.near(strokes), functional.max_pool2d(strokes, 2)]

    def near(self, pictures: Tensor) -> Tensor:
        """The windows."""
        crop = self._crop
        return torch.stack(
            [
                part[:, top : top + crop, left : left + crop]
                for part, (top, left) in zip(pictures, self._corners)
            ]
        )

    def judged(self, pictures: Tensor) -> list[Tensor]:
        """What the discriminators are shown: window and whole, each with its E and M."""
        seen = (self.near(pictures), functional.avg_pool2d(pictures, 2))
        return [torch.cat([view, strokes], dim=1) for view, strokes in zip(seen, self._strokes)]


def _corner(
    size: torch.Size, marks: list[list[float]], crop: int, features: float, rng: np.random.Generator
) -> tuple[int, int]:
    spare = [side - crop for side in size]
    known = np.isfinite(marks).all()
    if known and rng.random() < features:
        x, y = marks[rng.choice(len(marks), p=np.array(_ABOUT) / sum(_ABOUT))]
        at = [value + rng.normal(0, _OFF * crop) - crop / 2 for value in (y, x)]
    else:
        at = [rng.normal(room / 2, room / 3.5) for room in spare]
    top, left = (int(np.clip(value, 0, room)) for value, room in zip(at, spare))
    return top, left


def weights(marks: Tensor, height: int, width: int, most: float) -> Tensor:
    """The weight of an error at each pixel, float32 (B, 1, H, W), 1 on the mean of a picture: up to 1 +
    ``most`` times as much at eyes, brows, nose and mouth as elsewhere; alike where ``marks`` (B, 5, 2) are
    unknown."""
    found = marks.isfinite().all(dim=2).all(dim=1)
    spots = torch.from_numpy(texture.weight() - 1).to(marks.device) / texture.LANDMARK_WEIGHT
    points = marks.new_tensor(frame.POINTS) - 0.5
    # Least squares for the similarity from picture to window, in pixels whose centres are whole numbers.
    a = torch.where(found[:, None, None], marks, points)
    a, b = torch.view_as_complex(a.contiguous()), torch.view_as_complex(points.contiguous())
    centre, middle = a.mean(dim=1, keepdim=True), b.mean()
    factor = ((b - middle) * (a - centre).conj()).sum(dim=1) / (a - centre).abs().square().sum(dim=1)
    y, x = torch.meshgrid(
        *(torch.arange(side, device=marks.device, dtype=marks.dtype) for side in (height, width)),
        indexing="ij",
    )
    at = factor[:, None, None] * (torch.complex(x, y) - centre[:, :, None]) + middle
    grid = (2 * torch.view_as_real(at) + 1) / WINDOW - 1
    seen = spots[None, None].expand(len(marks), 1, -1, -1)
    map_ = functional.grid_sample(seen, grid, padding_mode="zeros", align_corners=False)
    map_ = 1 + most * map_ * found[:, None, None, None].to(map_.dtype)
    return map_ / map_.mean(dim=(2, 3), keepdim=True)
