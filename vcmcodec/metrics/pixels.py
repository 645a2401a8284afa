"""What can be measured from pixels alone."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError
from vcmcodec.metrics import Verdict, measures
from vcmcodec.metrics.networks import tensor, torch, version

LEAST_SIDE = 161
"""The least side that MS-SSIM's five scales fit into; SSIM's window needs 11."""


class Pixels:
    """PSNR over all samples, ``psnr``; SSIM (Wang et al. 2004) and MS-SSIM (Wang et al. 2003) with an
    11 x 11 Gaussian window, means over R, G and B, ``ssim`` and ``ms_ssim``.

    Raises ModelError where torch or pytorch-msssim is missing.
    """

    def __init__(self) -> None:
        torch()
        try:
            self._measure: Any = importlib.import_module("pytorch_msssim")
        except ImportError:
            raise ModelError("the package pytorch-msssim is not installed: it measures SSIM") from None
        self.version = f"pytorch-msssim {importlib.metadata.version('pytorch-msssim')}, {version()}"

    def reference(self, original: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The original itself."""
        return original

    def judge(self, reference: NDArray[np.uint8], image: NDArray[np.uint8]) -> Verdict:
        """All three scores of a decoded picture."""
        a, b = tensor(image), tensor(reference)
        side = min(image.shape[:2])
        with torch().inference_mode():
            ssim = float(self._measure.ssim(a, b, data_range=1)) if side >= 11 else None
            ms_ssim = float(self._measure.ms_ssim(a, b, data_range=1)) if side >= LEAST_SIDE else None
        return Verdict({"psnr": measures.psnr(image, reference), "ssim": ssim, "ms_ssim": ms_ssim})
