"""Judges of decoded pictures: one module a kind, made by name, each from weights in registry packages.

Where a package or a weight file is missing, making a judge raises ModelError and the bench has a
named gap.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Verdict(NamedTuple):
    """What a judge says of one picture: ``scores`` by metric (None: it has no answer), and what it
    saw, float32 (n), where sets of pictures are judged by that (FID, verification)."""

    scores: dict[str, float | None]
    features: NDArray[np.float32] | None = None


class Judge(Protocol):
    """Compares decoded pictures with their original. All pictures are uint8 (H, W, 3) RGB."""

    version: str
    """Packages, weight files and settings: another version may score otherwise."""

    def reference(self, original: NDArray[np.uint8]) -> Any:
        """What :meth:`judge` needs to know of an original, computed once."""

    def judge(self, reference: Any, image: NDArray[np.uint8]) -> Verdict:
        """The verdict on a decoded picture of the original's size."""


_HOMES = {
    "pixels": ("vcmcodec.metrics.pixels", "Pixels"),
    "lpips-alex": ("vcmcodec.metrics.perceptual", "LpipsAlex"),
    "vgg": ("vcmcodec.metrics.perceptual", "Vgg"),
    "dists": ("vcmcodec.metrics.perceptual", "Dists"),
    "inception": ("vcmcodec.metrics.realism", "Inception"),
    "dlib": ("vcmcodec.metrics.landmarks", "DlibFace"),
    "mesh": ("vcmcodec.metrics.landmarks", "Mesh"),
}

NAMES = tuple(name for name in _HOMES if name != "mesh")
"""The judges that a bench asks by default; ``mesh`` is the second landmark detector."""

ALL = tuple(_HOMES)


def make(name: str) -> Judge:
    """The judge ``name``, one of ALL. Raises ModelError where what it needs is missing or altered."""
    module, kind = _HOMES[name]
    made: Callable[[], Judge] = getattr(importlib.import_module(module), kind)
    return made()
