"""Peers at 0.004 to 0.035 bpp: the bench's codecs on whole pictures, halved and quartered ones.

Operating points are those whose files lie in that range, or come nearest from above. HEVC is tuned for
PSNR, not for the eye. VVC keeps its adaptive quantisation: without it PSNR is no higher at these rates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.codecs import Codec, still, video
from vcmcodec.errors import ModelError
from vcmcodec.io import picture


class _Webp(still.Webp):
    _points = {f"q={q}": {"quality": q} for q in range(101)}


class _JpegXl(still.JpegXl):
    _points = {f"d={distance}": distance for distance in range(1, 26)}


class _Hevc(video.Hevc):
    # As x265's own tuning for PSNR.
    _options = (*video.Hevc._options[:3], f"{video.Hevc._options[3]}:aq-mode=0:psy-rd=0:psy-rdoq=0")


def _labels(knob: str, *values: int) -> tuple[str, ...]:
    return tuple(f"{knob}={value}" for value in values)


_PEERS: dict[str, tuple[Callable[[], Codec], dict[int, tuple[str, ...]]]] = {
    "av1": (
        video.Av1,
        {
            1: _labels("crf", 63, 61),
            2: _labels("crf", 63, 62, 61, 59, 55),
            4: _labels("crf", 63, 62, 60, 57, 53, 48, 42),
        },
    ),
    "vvc": (
        video.Vvc,
        {1: _labels("qp", 63, 59), 2: _labels("qp", 63, 59, 55, 51), 4: _labels("qp", 57, 52, 47, 42)},
    ),
    "hevc": (
        _Hevc,
        {1: _labels("crf", 51), 2: _labels("crf", 51, 48, 44), 4: _labels("crf", 51, 47, 43, 38)},
    ),
    "webp": (_Webp, {1: _labels("q", 0), 2: _labels("q", 0), 4: _labels("q", 0, 3, 8, 15)}),
    "jpegxl": (_JpegXl, {1: _labels("d", 25), 2: _labels("d", 25), 4: _labels("d", 25, 18, 12)}),
}

SIZES = (1, 2, 4)
"""Whole pictures, and what their sides are divided by."""


class Peer(NamedTuple):
    """A codec applied to pictures whose sides were divided by ``by``, rounded up; what it decodes is enlarged
    again, both by Lanczos. ``points``: labels, from few bytes to many."""

    name: str
    codec: Codec
    by: int
    points: Sequence[str]

    @property
    def version(self) -> str:
        """Library, its version and its settings."""
        return f"{self.codec.version}, shrunk {self.by}x"

    def code(self, image: NDArray[np.uint8], point: str) -> tuple[int, NDArray[np.uint8]]:
        """Bytes of a picture, uint8 (H, W, 3), and what is decoded. Raises CodecError."""
        height, width = image.shape[:2]
        across, down = -(-width // self.by), -(-height // self.by)
        data = self.codec.encode(picture.resize(image, across, down), point)
        return len(data), picture.resize(self.codec.decode(data, across, down), width, height)

    def fitting(self, image: NDArray[np.uint8], most: int) -> tuple[int, NDArray[np.uint8]] | None:
        """As :meth:`code`, at the point of most bytes whose file takes at most ``most``, found by bisection;
        None where there is none."""
        best = None
        low, high = 0, len(self.points) - 1
        while low <= high:
            middle = (low + high) // 2
            coded = self.code(image, self.points[middle])
            if coded[0] <= most:
                best, low = coded, middle + 1
            else:
                high = middle - 1
        return best


def _name(codec: str, by: int) -> str:
    return codec if by == 1 else f"{codec}/{by}"


def made() -> tuple[list[Peer], list[str]]:
    """All peers, and a line for each codec that is missing."""
    found, gaps = [], []
    for name, (kind, points) in _PEERS.items():
        try:
            codec = kind()
        except ModelError as error:
            gaps.append(f"{name}: {error}")
            continue
        found += [Peer(_name(name, by), codec, by, points[by]) for by in SIZES]
    return found, gaps


def fine(name: str) -> list[Peer]:
    """``av1`` or ``webp`` at all sizes, with every point there is.

    Raises ModelError where the codec is missing.
    """
    points = {"av1": _labels("crf", *range(63, 0, -1)), "webp": _labels("q", *range(101))}[name]
    codec = _PEERS[name][0]()
    return [Peer(_name(name, by), codec, by, points) for by in SIZES]
