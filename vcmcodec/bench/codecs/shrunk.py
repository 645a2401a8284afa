"""The honest trick at low rates: shrink the picture, code it, enlarge what comes back (Lanczos)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.codecs import Codec, still, video
from vcmcodec.io import picture


class _Shrunk:
    """``codec`` on pictures whose sides are a ``_by``-th, rounded up."""

    name: str
    points: Sequence[str]
    _by: int

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self.version = f"{codec.version}, shrunk {self._by}x"

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The file of the smaller picture."""
        height, width = image.shape[:2]
        return self._codec.encode(picture.resize(image, -(-width // self._by), -(-height // self._by)), point)

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The smaller picture, enlarged."""
        small = self._codec.decode(data, -(-width // self._by), -(-height // self._by))
        return picture.resize(small, width, height)


class _SmallWebp(still.Webp):
    _points = {f"q={q}": {"quality": q} for q in (0, 10, 40, 75)}


class Webp2(_Shrunk):
    """WebP at half the size."""

    name, _by, points = "webp/2", 2, ("q=0", "q=40")

    def __init__(self) -> None:
        super().__init__(_SmallWebp())


class Webp4(_Shrunk):
    """WebP at a quarter of the size."""

    name, _by, points = "webp/4", 4, ("q=10", "q=75")

    def __init__(self) -> None:
        super().__init__(_SmallWebp())


class Vvc2(_Shrunk):
    """VVC at half the size."""

    name, _by, points = "vvc/2", 2, ("qp=55", "qp=44")

    def __init__(self) -> None:
        super().__init__(video.Vvc())


class Vvc4(_Shrunk):
    """VVC at a quarter of the size."""

    name, _by, points = "vvc/4", 4, ("qp=47", "qp=37")

    def __init__(self) -> None:
        super().__init__(video.Vvc())


class Av12(_Shrunk):
    """AV1 at half the size."""

    name, _by, points = "av1/2", 2, ("crf=60", "crf=45")

    def __init__(self) -> None:
        super().__init__(video.Av1())


class Av14(_Shrunk):
    """AV1 at a quarter of the size."""

    name, _by, points = "av1/4", 4, ("crf=55", "crf=32")

    def __init__(self) -> None:
        super().__init__(video.Av1())
