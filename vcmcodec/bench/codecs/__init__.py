"""Codecs under test: this one, its peers, and any pair of shell commands.

A codec has operating points, each a label that says what it is set to. Rates are the bytes of the whole file
or raw stream; a decoder is given the picture's size, which favours raw streams by some bytes. Where a package
is missing, making a codec raises ModelError and the bench has a named gap.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class CodecError(Exception):
    """A codec failed on a picture; the bench notes it and goes on."""


class UnknownCodec(ValueError):
    """A text that names no codec and is no pair of commands."""


class Codec(Protocol):
    """Codes pictures, uint8 (H, W, 3) RGB, at one of several operating points."""

    name: str
    """Points of one name lie on one curve."""

    version: str
    """Library, its version and its settings: another version may code otherwise."""

    @property
    def points(self) -> Sequence[str]:
        """Labels of the operating points, from few bytes to many."""

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The file of a picture. Raises CodecError where the codec fails."""

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The picture of a file, uint8 (height, width, 3). Raises CodecError where the codec fails."""


_HOMES: dict[str, tuple[str, str]] = {
    "original": ("vcmcodec.bench.codecs.own", "Original"),
    "vcm": ("vcmcodec.bench.codecs.own", "Vcm"),
    "vcm/strokes": ("vcmcodec.bench.codecs.own", "VcmStrokes"),
    "vcm/base": ("vcmcodec.bench.codecs.own", "VcmBase"),
    "vcm/faithful": ("vcmcodec.bench.codecs.own", "VcmFaithful"),
    "jpeg": ("vcmcodec.bench.codecs.still", "Jpeg"),
    "webp": ("vcmcodec.bench.codecs.still", "Webp"),
    "jpeg2000": ("vcmcodec.bench.codecs.still", "Jpeg2000"),
    "avif": ("vcmcodec.bench.codecs.still", "Avif"),
    "jpegxl": ("vcmcodec.bench.codecs.still", "JpegXl"),
    "hevc": ("vcmcodec.bench.codecs.video", "Hevc"),
    "vvc": ("vcmcodec.bench.codecs.video", "Vvc"),
    "av1": ("vcmcodec.bench.codecs.video", "Av1"),
    "webp/2": ("vcmcodec.bench.codecs.shrunk", "Webp2"),
    "webp/4": ("vcmcodec.bench.codecs.shrunk", "Webp4"),
    "vvc/2": ("vcmcodec.bench.codecs.shrunk", "Vvc2"),
    "vvc/4": ("vcmcodec.bench.codecs.shrunk", "Vvc4"),
    "av1/2": ("vcmcodec.bench.codecs.shrunk", "Av12"),
    "av1/4": ("vcmcodec.bench.codecs.shrunk", "Av14"),
}

_COMMAND = ("vcmcodec.bench.codecs.command", "Command")

NAMES = tuple(_HOMES)
"""The codecs that a bench runs by default."""

ORIGINAL, OWN = "original", "vcm"
OTHERWISE = ("vcm/strokes", "vcm/base", "vcm/faithful")
"""This codec's files, made or decoded otherwise: no peers, as the two above."""


def make(name: str) -> Codec:
    """The codec ``name``: one of NAMES, or ``NAME[@POINT]=ENCODE;DECODE`` for a pair of shell commands.

    Raises ModelError where what it needs is missing, UnknownCodec for another name.
    """
    if "=" in name:
        module, kind = _COMMAND
        command: Callable[[str], Codec] = getattr(importlib.import_module(module), kind)
        return command(name)
    if name not in _HOMES:
        raise UnknownCodec(f"no codec {name!r}: one of {', '.join(NAMES)}, or NAME=ENCODE;DECODE")
    module, kind = _HOMES[name]
    made: Callable[[], Codec] = getattr(importlib.import_module(module), kind)
    return made()
