"""Still picture codecs of Pillow and imagecodecs, at settings that a face takes under half a second with."""

from __future__ import annotations

import importlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features
from PIL import __version__ as pillow_version

from vcmcodec.bench.codecs import CodecError
from vcmcodec.errors import ModelError


class _Pillow:
    """A format of Pillow; ``_settings`` are what is the same at all points, ``_points`` the rest."""

    name: str
    _format: str
    _feature: str
    _settings: dict[str, Any]
    _points: dict[str, dict[str, Any]]

    def __init__(self) -> None:
        if not features.check(self._feature):
            raise ModelError(f"this Pillow was built without {self._feature}")
        library = features.version(self._feature)
        chosen = " ".join(f"{key}={value}" for key, value in self._settings.items())
        self.version = f"Pillow {pillow_version} {self._feature} {library} {chosen}"
        self.points = tuple(self._points)

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The file of a picture."""
        buffer = io.BytesIO()
        try:
            Image.fromarray(image).save(buffer, self._format, **self._settings, **self._points[point])
        except (OSError, ValueError) as error:
            raise CodecError(str(error)) from None
        return buffer.getvalue()

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The picture of a file."""
        try:
            return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        except (OSError, ValueError) as error:
            raise CodecError(str(error)) from None


class Jpeg(_Pillow):
    """JPEG with optimised Huffman tables and 4:2:0 chroma, progressive: the least JPEG can spend."""

    name, _format, _feature = "jpeg", "JPEG", "jpg"
    _settings = {"optimize": True, "progressive": True, "subsampling": 2}
    _points = {f"q={q}": {"quality": q} for q in (3, 8)}


class Webp(_Pillow):
    """Lossy WebP at its slowest method."""

    name, _format, _feature = "webp", "WEBP", "webp"
    _settings = {"method": 6}
    _points = {f"q={q}": {"quality": q} for q in (0, 15)}


class Jpeg2000(_Pillow):
    """A JPEG 2000 code stream without boxes, 9/7 wavelet and colour transform."""

    name, _format, _feature = "jpeg2000", "JPEG2000", "jpg_2000"
    _settings = {"irreversible": True, "mct": 1, "no_jp2": True, "quality_mode": "rates"}
    _points = {f"1:{ratio}": {"quality_layers": [ratio]} for ratio in (600, 200)}


class Avif(_Pillow):
    """AVIF by libaom."""

    name, _format, _feature = "avif", "AVIF", "avif"
    _settings = {"speed": 6, "codec": "aom", "subsampling": "4:2:0"}
    _points = {f"q={q}": {"quality": q} for q in (0, 25)}


class JpegXl:
    """JPEG XL by libjxl, through imagecodecs."""

    name = "jpegxl"
    _points = {f"d={distance}": distance for distance in (25, 12)}
    _EFFORT = 7

    def __init__(self) -> None:
        try:
            self._library: Any = importlib.import_module("imagecodecs")
        except ImportError:
            raise ModelError("the package imagecodecs is not installed: it codes JPEG XL") from None
        if not self._library.JPEGXL.available:
            raise ModelError("this imagecodecs was built without JPEG XL")
        self.version = (
            f"{self._library.jpegxl_version()} imagecodecs {self._library.__version__} effort={self._EFFORT}"
        )
        self.points = tuple(self._points)

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The code stream of a picture."""
        try:
            return bytes(
                self._library.jpegxl_encode(
                    image, distance=self._points[point], effort=self._EFFORT, usecontainer=False
                )
            )
        except (RuntimeError, ValueError) as error:
            raise CodecError(str(error)) from None

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The picture of a code stream."""
        try:
            return np.asarray(self._library.jpegxl_decode(data), dtype=np.uint8)
        except (RuntimeError, ValueError) as error:
            raise CodecError(str(error)) from None
