"""The discriminator: a spectrally normalised patch network that sees a picture with its E and M
(seed paper, section 3.3 and supplement)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class Discriminator(nn.Module):
    """Input (B, 5, H, W): RGB in -1..1, E and M. Output: one score for each overlapping patch."""

    def __init__(self, widths: tuple[int, ...] = (48, 96, 192, 256)) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 5
        for width in widths:
            layers.append(spectral_norm(nn.Conv2d(before, width, 4, stride=2, padding=1)))
            layers.append(nn.LeakyReLU(0.2))
            before = width
        layers.append(spectral_norm(nn.Conv2d(before, 1, 3, padding=1)))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.layers(x)
        return scores
