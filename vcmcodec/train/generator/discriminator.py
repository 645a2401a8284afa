"""The discriminators: spectrally normalised patch networks that see a picture with its E and M (Hu et
al. 2020, section 3.3 and supplement), at more than one scale and with features to match (Wang et al. 2018,
pix2pixHD)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class Discriminator(nn.Module):
    """Input (B, 5, H, W): RGB in -1..1, E and M. Output: one score for each overlapping patch, after the
    features of each layer before."""

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

    def forward(self, x: Tensor) -> list[Tensor]:
        found = []
        for layer in self.layers:
            x = layer(x)
            if isinstance(layer, nn.LeakyReLU):
                found.append(x)
        return [*found, x]


class Discriminators(nn.ModuleList):
    """One for windows at full size, one for whole pictures at half of it."""

    def __init__(self) -> None:
        super().__init__([Discriminator(), Discriminator()])

    def forward(self, views: list[Tensor]) -> list[list[Tensor]]:
        return [network(view) for network, view in zip(self, views)]
