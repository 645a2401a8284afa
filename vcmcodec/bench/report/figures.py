"""The figures that a bench reports: what they are called, which way is better, how they are printed."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Figure(NamedTuple):
    """One figure. Shown as ``scale`` times its value, in ``form``; ``higher`` is better, or lower."""

    key: str
    title: str
    higher: bool
    form: str = "{:.3f}"
    scale: float = 1
    about: str = ""

    def show(self, value: float | None) -> str:
        """``value`` as text; a dash where there is none."""
        if value is None or math.isnan(value):
            return "-"
        if math.isinf(value):
            return "inf"
        text = self.form.format(self.scale * value)
        return text.lstrip("-") if float(text) == 0 else text


def mean(values: Sequence[float]) -> float:
    """The mean of the finite values (PSNR is infinite of equal pictures); infinite where none is.

    Raises ValueError where there are no values.
    """
    if not values:
        raise ValueError("no values have no mean")
    finite = [value for value in values if math.isfinite(value)]
    return statistics.fmean(finite) if finite else values[0]


FIGURES = (
    Figure("psnr", "PSNR", True, "{:.2f}", about="dB, over all samples"),
    Figure("ssim", "SSIM", True, about="Gaussian window, mean over R, G and B"),
    Figure("ms_ssim", "MS-SSIM", True, about="five scales"),
    Figure("lpips_alex", "LPIPS", False, about="AlexNet, version 0.1"),
    Figure("lpips_vgg", "LPIPS-VGG", False, about="VGG16, version 0.1"),
    Figure("dists", "DISTS", False, about="structure and texture"),
    Figure("perceptual_low", "perc. L", False, about="mean squared difference after VGG16's conv2_2"),
    Figure("perceptual_high", "perc. H", False, about="mean squared difference after VGG16's conv5_1"),
    Figure("fid", "FID", False, "{:.1f}", about="of the whole set; biased upwards for few pictures"),
    Figure(
        "kid",
        "KID",
        False,
        "{:.1f}",
        1e3,
        about="of the whole set, unbiased, times 1000",
    ),
    Figure("nme", "NME", False, "{:.2f}", 100, about="%, dlib's 68 landmarks, of the faces found"),
    Figure("found", "found", True, "{:.1f}", 100, about="% of faces found again by dlib's detector"),
    Figure("mesh_nme", "mesh NME", False, "{:.2f}", 100, about="%, MediaPipe's 468 landmarks"),
    Figure("mesh_found", "mesh found", True, "{:.1f}", 100, about="% of faces found again by MediaPipe"),
    Figure("identity", "identity", False, about="distance of dlib's face embeddings; under 0.6: one person"),
    Figure("gender", "gender", True, "{:.1f}", 100, about="% classified as the original is"),
    Figure("verification", "verified", True, "{:.1f}", 100, about="% of pairs judged rightly, ten folds"),
    Figure("auc", "AUC", True, "{:.4f}", about="of verification"),
    Figure("eer", "EER", False, "{:.2f}", 100, about="%, of verification"),
)

BY_KEY = {figure.key: figure for figure in FIGURES}

FOUND_BY = {"nme": "found", "mesh_nme": "mesh_found"}
"""Figures that are means over the faces found again, and the figure that says how many those are."""

LEAST_FOUND = 0.97
"""Below this share of faces found, the mean error of those that were left is not compared."""

SATURATED = {"found", "mesh_found", "gender"}
"""Shares that most codecs bring to their ceiling: their curves have no slope to compare rates by."""

SET = {"fid", "kid", "verification", "auc", "eer"}
"""Figures of whole sets of pictures: a single picture has none."""
