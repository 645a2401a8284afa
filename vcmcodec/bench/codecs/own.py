"""This codec, layer by layer, and the original as a codec that loses nothing: the judges' ceiling."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec.bench.codecs import CodecError
from vcmcodec.encoder.goal import DEFAULT, PRESETS, STROKE_PRESETS
from vcmcodec.io import source
from vcmcodec.models import store
from vcmcodec.truncation import after_base

LEAST = STROKE_PRESETS[0]

_ASIDE = {"bench", "cli", "cluster", "gallery.py", "matching.py", "metrics", "serve", "train", "workers.py"}
"""Parts of the package that shape neither files nor pictures."""


@functools.cache
def _fingerprint() -> str:
    """First digits of a sha256 over all that shapes files and pictures: sources and models."""
    package = Path(vcmcodec.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in _ASIDE:
            digest.update(source.meaning(path))
    digest.update(json.dumps(store.catalogue(), sort_keys=True).encode())
    return digest.hexdigest()[:8]


class Vcm:
    """This codec at its presets: texture, with strokes where they help, which a generator refines."""

    name = "vcm"
    points: tuple[str, ...] = tuple(PRESETS)
    scheme: str | None = None

    def __init__(self) -> None:
        self.version = f"vcmcodec {vcmcodec.__version__} {_fingerprint()}"

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """A ``.vcm`` file of the preset ``point``."""
        try:
            return vcmcodec.encode(image, preset=point, scheme=self.scheme)
        except vcmcodec.VcmError as error:
            raise CodecError(str(error)) from None

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The picture that ``vcm decode`` makes."""
        try:
            return np.asarray(vcmcodec.decode(data))
        except vcmcodec.VcmError as error:
            raise CodecError(str(error)) from None


class VcmStrokes(Vcm):
    """Strokes and reference pixels, which a generator makes a picture of."""

    name = "vcm/strokes"
    points: tuple[str, ...] = STROKE_PRESETS
    scheme = "strokes"


class VcmBase(VcmStrokes):
    """The base layers alone of the least preset and of the default one: what machines get, made into a
    picture."""

    name = "vcm/base"
    points = (LEAST, DEFAULT)

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The file of the preset ``point``, cut after its base layer."""
        return after_base(super().encode(image, point))


class VcmFaithful(VcmStrokes):
    """The files of the larger presets, decoded to the picture nearest to the original."""

    name = "vcm/faithful"
    points = STROKE_PRESETS[-2:]

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The generator's picture at realism 0."""
        try:
            return np.asarray(vcmcodec.decode(data, realism=0))
        except vcmcodec.VcmError as error:
            raise CodecError(str(error)) from None


class Original:
    """The samples themselves, three bytes a pixel."""

    name = "original"
    points = ("raw",)
    version = "1"

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The samples."""
        return image.tobytes()

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The samples."""
        return np.frombuffer(data, dtype=np.uint8).reshape(height, width, 3)
