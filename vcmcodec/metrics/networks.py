"""Networks that judges look through, in torch, from weights in registry packages.

Channels last is twice as fast as the default on CPUs with AVX-512, and no slower on GPUs.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError
from vcmcodec.metrics import weight_files

Tensor = Any


@functools.cache
def torch() -> Any:
    """The package torch. Raises ModelError where it is not installed."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        raise ModelError("the package torch is not installed: it runs the networks of judges") from None


@functools.cache
def device() -> Any:
    """CUDA where there is one, else the CPU."""
    torch().backends.cudnn.allow_tf32 = False  # 19-bit floats would score otherwise than the CPU
    return torch().device("cuda" if torch().cuda.is_available() else "cpu")


def version() -> str:
    """What runs the networks."""
    return f"torch {torch().__version__} on {device().type}"


def tensor(image: NDArray[np.uint8]) -> Tensor:
    """A picture, uint8 (H, W, 3), as float32 (1, 3, H, W) in 0..1, channels last."""
    x = torch().from_numpy(np.array(image)).to(device()).permute(2, 0, 1)[None]
    return x.float().div(255).contiguous(memory_format=torch().channels_last)


def imagenet(x: Tensor) -> Tensor:
    """``x``, in 0..1, with ImageNet's mean and deviation taken out."""
    mean = torch().tensor([0.485, 0.456, 0.406], device=x.device).view(1, 3, 1, 1)
    deviation = torch().tensor([0.229, 0.224, 0.225], device=x.device).view(1, 3, 1, 1)
    return (x - mean) / deviation


def _layers(tree: dict[str, Any], count: int) -> list[tuple[Tensor, Tensor]]:
    """Kernels (out, in, h, w) and biases of the convolutions of a tree of arrays (h, w, in, out)."""
    layers = []
    for number in range(count):
        kernel = torch().from_numpy(tree[f"Conv_{number}"]["kernel"].copy()).permute(3, 2, 0, 1)
        bias = torch().from_numpy(tree[f"Conv_{number}"]["bias"].copy())
        kernel = kernel.contiguous(memory_format=torch().channels_last)
        layers.append((kernel.to(device()), bias.to(device())))
    return layers


class Vgg16:
    """The convolutions of VGG16 (Simonyan and Zisserman 2015), each with its ReLU."""

    _POOL_BEFORE = (2, 4, 7, 10)
    _STAGE = 2

    def __init__(self) -> None:
        self._layers = _layers(weight_files.arrays(weight_files.VGG16)["VGG16_0"], 13)
        self._last: tuple[bytes, Tensor] = b"", None

    def __call__(
        self, image: NDArray[np.uint8], taps: Iterable[int], pool: Callable[[Tensor], Tensor]
    ) -> dict[int, Tensor]:
        """What the convolutions ``taps`` (from 0, the first is at least 1) make of a picture, uint8
        (H, W, 3), float32 (1, C, h, w), with ``pool`` between the stages."""
        wanted = set(taps)
        x = self._first(image)
        found = {self._STAGE - 1: x}
        for number in range(self._STAGE, max(wanted) + 1):
            if number in self._POOL_BEFORE:
                x = pool(x)
            x = found[number] = self._convolved(x, number)
        return {number: found[number] for number in wanted}

    def _convolved(self, x: Tensor, number: int) -> Tensor:
        kernel, bias = self._layers[number]
        return torch().nn.functional.conv2d(x, kernel, bias, padding=1).relu_()

    def _first(self, image: NDArray[np.uint8]) -> Tensor:
        """The first stage, which has no pool yet: judges that pool otherwise share that of the last
        picture."""
        key = bytes(str(image.shape), "ascii") + image.tobytes()
        if key != self._last[0]:
            x = imagenet(tensor(image))
            for number in range(self._STAGE):
                x = self._convolved(x, number)
            self._last = key, x
        return self._last[1]


@functools.cache
def vgg16() -> Vgg16:
    """The one VGG16 of this process. Raises ModelError as :func:`vcmcodec.metrics.weight_files.arrays`."""
    return Vgg16()


class AlexNet:
    """The convolutions of AlexNet (Krizhevsky 2014, the torchvision variant), each with its ReLU."""

    _STRIDES_PADDINGS = ((4, 2), (1, 2), (1, 1), (1, 1), (1, 1))
    _POOL_AFTER = (0, 1)

    def __init__(self) -> None:
        self._layers = _layers(weight_files.arrays(weight_files.LPIPS_ALEX)["AlexNet_0"], 5)

    def __call__(self, x: Tensor) -> list[Tensor]:
        """What each convolution makes of ``x``, as of :class:`Vgg16`; sides of at least 35."""
        functional = torch().nn.functional
        found = []
        for number, (kernel, bias) in enumerate(self._layers):
            stride, padding = self._STRIDES_PADDINGS[number]
            x = functional.conv2d(x, kernel, bias, stride=stride, padding=padding).relu_()
            found.append(x)
            if number in self._POOL_AFTER:
                x = functional.max_pool2d(x, 3, 2)
        return found
