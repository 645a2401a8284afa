"""Whether eyes have the colour and the openness that they should have: what a face is recognised by, and what
an error of a few pixels ruins."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

_RADIUS = 0.08
"""Half the side of the square around an eye's mark that is looked at, as a share of the distance of the eyes:
an iris and the dark about it."""

_POINTS = 7
"""Points along the side of the square that is looked at."""

_CORNERS = ((36, 39), (42, 45))
_LIDS = (((37, 41), (38, 40)), ((43, 47), (44, 46)))
"""Of each eye, in the order of 68 landmarks (Sagonas et al. 2013): its corners, and pairs of points on the
upper and the lower lid."""


def _colour(pictures: Tensor, marks: Tensor) -> Tensor:
    """The mean colour of the middle of both eyes, (B, 2, 3)."""
    apart = (marks[:, 1] - marks[:, 0]).norm(dim=1)
    steps = torch.linspace(-1, 1, _POINTS, device=marks.device, dtype=marks.dtype)
    disc = torch.stack(torch.meshgrid(steps, steps, indexing="xy"), dim=-1).view(1, 1, -1, 2)
    at = marks[:, :2, None] + _RADIUS * apart[:, None, None, None] * disc
    height, width = pictures.shape[2:]
    at = (2 * at + 1) / at.new_tensor([width, height]) - 1
    seen = functional.grid_sample(pictures, at, padding_mode="border", align_corners=False)
    weight = torch.exp(-2 * disc.square().sum(dim=-1)).view(1, 1, 1, -1)
    return (seen * weight / weight.sum()).sum(dim=3).transpose(1, 2)


def colours(made: Tensor, real: Tensor, marks: Tensor) -> Tensor:
    """How far the colours of both irises lie apart in pictures (B, 3, H, W) in -1..1, as the mean of all
    channels: (B,). ``marks``: (B, 5, 2), x and y in pixels, both eyes first."""
    with torch.autocast(made.device.type, enabled=False):
        pair = [_colour(pictures.float(), marks.float()) for pictures in (made, real)]
    return (pair[0] - pair[1]).abs().mean(dim=(1, 2))


def _open(points: Tensor) -> Tensor:
    found = []
    for (left, right), lids in zip(_CORNERS, _LIDS):
        wide = (points[:, right] - points[:, left]).norm(dim=1)
        high = sum((points[:, low] - points[:, up]).norm(dim=1) for up, low in lids) / len(lids)
        found.append(high / (wide + 1e-3))
    return torch.stack(found, dim=1)


def openness(made: Tensor, real: Tensor) -> Tensor:
    """How far the height of both eyes, as a share of their width, lies apart by 68 landmarks (B, 68, 2):
    (B,)."""
    return (_open(made) - _open(real)).abs().mean(dim=1)
