"""Codings of a reference picture within a number of bytes, whose verification is studied."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec import matching
from vcmcodec.bench.codecs import Codec, CodecError, own, still, video
from vcmcodec.bench.studies.peers import Peer
from vcmcodec.errors import BudgetError, ModelError
from vcmcodec.io import source

BUDGETS = (128, 192, 256, 320, 384, 448, 512, 1024)
"""Bytes: 1,024 as in arXiv 2606.30321, and what this codec is for."""

FEATURE = 32
"""Bytes of the feature in files that hold one."""


class Coded(NamedTuple):
    """``size``: bytes of the whole file; ``picture``: decoded, uint8 (H, W, 3); ``file``: its bytes, where it
    is this codec's."""

    size: int
    picture: NDArray[np.uint8]
    file: bytes = b""


class Coding(Protocol):
    """A way to code pictures. ``name``: the codec's; ``label``: with what else it is set to."""

    name: str
    label: str
    version: str

    def code(self, image: NDArray[np.uint8], most: int) -> Coded | None:
        """A picture, uint8 (H, W, 3) RGB, in at most ``most`` bytes; None where it does not fit."""
        ...


class Own:
    """This codec. ``feature``: bytes of the face's embedding in the file, or None."""

    def __init__(self, feature: int | None = None) -> None:
        self._feature = feature
        self.name = self.label = "vcm" if feature is None else f"vcm with a feature of {feature}"
        # What is read out of a file shapes neither files nor pictures, so it is not in the codec's version.
        read = hashlib.sha256(source.meaning(Path(matching.__file__))).hexdigest()[:8]
        self.version = f"{own.Vcm().version}, read by {read}"

    def code(self, image: NDArray[np.uint8], most: int) -> Coded | None:
        try:
            data = vcmcodec.encode(image, bytes=most, feature=self._feature)
        except BudgetError:
            return None
        return Coded(len(data), np.asarray(vcmcodec.decode(data, realism=0)), data)


class Shrunk:
    """A peer on pictures whose sides are a ``by``-th, at the finest setting that fits."""

    def __init__(self, codec: Codec, by: int, points: Sequence[str]) -> None:
        self._peer = Peer(codec.name, codec, by, points)
        self.name = codec.name
        self.label = codec.name if by == 1 else f"{codec.name}/{by}"
        self.version = self._peer.version

    def code(self, image: NDArray[np.uint8], most: int) -> Coded | None:
        try:
            found = self._peer.fitting(image, most)
        except CodecError:
            return None
        return None if found is None else Coded(*found)


class _Jpeg(still.Jpeg):
    _points = {f"q={q}": {"quality": q} for q in range(1, 96)}


class _Webp(still.Webp):
    _points = {f"q={q}": {"quality": q} for q in range(101)}


class _Jpeg2000(still.Jpeg2000):
    _points = {
        f"1:{ratio}": {"quality_layers": [ratio]} for ratio in (*range(1500, 100, -25), *range(100, 4, -2))
    }


class _Avif(still.Avif):
    _points = {f"q={q}": {"quality": q} for q in range(0, 100, 2)}


_PEERS: dict[str, tuple[Callable[[], Codec], Sequence[str]]] = {
    "jpeg": (_Jpeg, tuple(_Jpeg._points)),
    "jpeg2000": (_Jpeg2000, tuple(_Jpeg2000._points)),
    "webp": (_Webp, tuple(_Webp._points)),
    "avif": (_Avif, tuple(_Avif._points)),
    "av1": (video.Av1, tuple(f"crf={value}" for value in range(63, 2, -1))),
    "vvc": (video.Vvc, tuple(f"qp={value}" for value in range(63, 9, -1))),
}

SIZES = {128: (4,), 256: (4, 2), 512: (4, 2), 1024: (2, 1)}
"""By a peer's bytes: what sides are divided by; of several the better one counts. At the other budgets this
codec alone is coded, whose bytes at equal accuracy lie between."""


PEERS = tuple(_PEERS)


def codings(most: int, peers: Sequence[str] = PEERS) -> tuple[list[Coding], list[str]]:
    """This codec's codings at a budget and those of ``peers``, and a line for each codec that is missing."""
    found: list[Coding] = [Own()]
    gaps: list[str] = []
    if most not in SIZES:
        return found, gaps
    for name in peers:
        kind, points = _PEERS[name]
        try:
            codec = kind()
        except ModelError as error:
            gaps.append(f"{name}: {error}")
            continue
        found += [Shrunk(codec, by, points) for by in SIZES[most]]
    return [*found, Own(FEATURE)], gaps
