"""This codec, layer by layer, and the original as a codec that loses nothing: the judges' ceiling."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec import settings
from vcmcodec.bench.codecs import CodecError
from vcmcodec.cut import after_base
from vcmcodec.encoder.goal import DEFAULT, PRESETS

LEAST = next(iter(PRESETS))


@functools.cache
def _fingerprint() -> str:
    """First digits of a sha256 over all that shapes files and pictures: sources and models."""
    package = Path(vcmcodec.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in ("bench", "cli", "train"):
            digest.update(path.read_bytes())
    digest.update(json.dumps(settings.catalogue(), sort_keys=True).encode())
    return digest.hexdigest()[:8]


class Vcm:
    """This codec at its presets."""

    name = "vcm"
    points = tuple(PRESETS)

    def __init__(self) -> None:
        self.version = f"vcmcodec {vcmcodec.__version__} {_fingerprint()}"

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """A ``.vcm`` file of the preset ``point``."""
        try:
            return vcmcodec.encode(image, preset=point)
        except vcmcodec.VcmError as error:
            raise CodecError(str(error)) from None

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The generator's picture."""
        try:
            return np.asarray(vcmcodec.decode(data))
        except vcmcodec.VcmError as error:
            raise CodecError(str(error)) from None


class VcmBase(Vcm):
    """The base layers alone of the least preset and of the default one: what machines get, made into a
    picture."""

    name = "vcm/base"
    points = (LEAST, DEFAULT)

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The file of the preset ``point``, cut after its base layer."""
        return after_base(super().encode(image, point))


class VcmFaithful(Vcm):
    """The files of the larger presets, decoded to the picture nearest to the original."""

    name = "vcm/faithful"
    points = tuple(PRESETS)[-2:]

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
