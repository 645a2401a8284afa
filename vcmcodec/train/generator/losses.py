"""Reconstruction and adversarial losses of Hu et al. 2020, section 3.3: SSIM and hinge. The perceptual loss
is a network: see :mod:`vcmcodec.train.loss_networks.networks`."""

from __future__ import annotations

import pytorch_msssim
import torch
from torch import Tensor
from torch.nn import functional

_WINDOW = 7
"""Pixels a side of the box that SSIM looks through."""


def ssim(a: Tensor, b: Tensor) -> Tensor:
    """SSIM (Wang et al. 2004, with a 7 x 7 box window) of pictures (B, 3, H, W) in -1..1: (B,)."""
    with torch.autocast(a.device.type, enabled=False):  # variances are differences of like numbers
        # Its first factor compares levels as ratios: from black, not from grey.
        a, b = (a.float() + 1) / 2, (b.float() + 1) / 2
        window = torch.full((a.shape[1], 1, 1, _WINDOW), 1 / _WINDOW, device=a.device)
        found: Tensor = pytorch_msssim.ssim(a, b, data_range=1, size_average=False, win=window)
    return found


def hinge_real(scores: Tensor) -> Tensor:
    """The discriminator's loss on real pictures."""
    return functional.relu(1 - scores).mean()


def hinge_made(scores: Tensor) -> Tensor:
    """The discriminator's loss on made pictures."""
    return functional.relu(1 + scores).mean()
