"""Lossless coders of a drawn bitmap: what the pixels of a drawing cost, where strokes are not sent.

Bitmaps are uint8 (H, W), 1 on a stroke and 0 elsewhere. A size is that of a whole file or raw code
stream, signature and headers included, and counts only where the coder gives the bitmap back.
Settings are the best found on 40 faces; where two were close, the faster.

No JBIG2 encoder was found on PyPI, on npm or in Debian 12: the one that runs here is the program
``jbig2`` of jbig2enc, where it is installed. JBIG, which models a pixel by ten around it much as
JBIG2's generic regions do, stands in for it.
"""

from __future__ import annotations

import importlib
import io
import shutil
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

from vcmcodec.bench.codecs import CodecError
from vcmcodec.bench.codecs.programs import filtered
from vcmcodec.errors import ModelError

TIMEOUT = 60
"""Seconds after which a program is taken to hang."""


class Coder(Protocol):
    """Codes bitmaps without loss. Making one raises ModelError where what it needs is missing."""

    name: str

    def encode(self, bitmap: NDArray[np.uint8]) -> bytes:
        """The file of a bitmap. Raises CodecError where the coder fails."""

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """The bitmap of a file. Raises CodecError where the coder fails."""


def size(coder: Coder, bitmap: NDArray[np.uint8]) -> int:
    """Bytes that ``coder`` takes for a bitmap.

    Raises CodecError where it fails or does not give the bitmap back.
    """
    data = coder.encode(bitmap)
    if not np.array_equal(coder.decode(data), bitmap):
        raise CodecError(f"{coder.name} does not give the bitmap back")
    return len(data)


def _imagecodecs() -> Any:
    try:
        return importlib.import_module("imagecodecs")
    except ImportError:
        raise ModelError("the package imagecodecs is not installed: it codes bitmaps") from None


def _opened(data: bytes) -> NDArray[np.uint8]:
    """The bitmap of a picture that Pillow reads, white where it is 1."""
    try:
        return (np.asarray(Image.open(io.BytesIO(data)).convert("L")) > 127).astype(np.uint8)
    except (OSError, ValueError) as error:
        raise CodecError(str(error)) from None


class Png:
    """PNG at one bit a pixel, unfiltered, deflated by Zopfli: a fifth less than Pillow's own."""

    name = "png"
    _SIGNATURE = b"\x89PNG\r\n\x1a\n"

    def __init__(self) -> None:
        self._library = _imagecodecs()
        if not self._library.ZOPFLI.available:
            raise ModelError("this imagecodecs was built without Zopfli")

    @staticmethod
    def _chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    def encode(self, bitmap: NDArray[np.uint8]) -> bytes:
        """The file of a bitmap."""
        height, width = bitmap.shape
        head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
        rows = np.pad(np.packbits(bitmap, axis=1), ((0, 0), (1, 0)))  # a 0 ahead: no filter
        try:
            body = bytes(self._library.zopfli_encode(rows.tobytes()))
        except (RuntimeError, ValueError) as error:
            raise CodecError(str(error)) from None
        chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
        return self._SIGNATURE + b"".join(self._chunk(kind, body) for kind, body in chunks)

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """The bitmap of a file."""
        return _opened(data)


class Webp:
    """Lossless WebP at its slowest."""

    name = "webp"

    def __init__(self) -> None:
        if not features.check("webp"):
            raise ModelError("this Pillow was built without webp")

    def encode(self, bitmap: NDArray[np.uint8]) -> bytes:
        """The file of a bitmap."""
        buffer = io.BytesIO()
        try:
            picture = Image.fromarray(255 * bitmap).convert("RGB")
            picture.save(buffer, "WEBP", lossless=True, quality=100, method=6)
        except (OSError, ValueError) as error:
            raise CodecError(str(error)) from None
        return buffer.getvalue()

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """The bitmap of a file."""
        return _opened(data)


class JpegXl:
    """A lossless JPEG XL code stream without boxes, of one bit a pixel. Effort 10 saves nothing more."""

    name = "jpegxl"
    _EFFORT = 9

    def __init__(self) -> None:
        self._library = _imagecodecs()
        if not self._library.JPEGXL.available:
            raise ModelError("this imagecodecs was built without JPEG XL")

    def encode(self, bitmap: NDArray[np.uint8]) -> bytes:
        """The code stream of a bitmap."""
        try:
            return bytes(
                self._library.jpegxl_encode(
                    bitmap, lossless=True, effort=self._EFFORT, bitspersample=1, usecontainer=False
                )
            )
        except (RuntimeError, ValueError) as error:
            raise CodecError(str(error)) from None

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """The bitmap of a code stream."""
        try:
            return np.asarray(self._library.jpegxl_decode(data), dtype=np.uint8)
        except (RuntimeError, ValueError) as error:
            raise CodecError(str(error)) from None


def _pbm(bitmap: NDArray[np.uint8]) -> bytes:
    """A bitmap as a PBM file, which has a 1 where it is black."""
    height, width = bitmap.shape
    return b"P4\n%d %d\n" % (width, height) + np.packbits(bitmap, axis=1).tobytes()


def _from_pbm(data: bytes) -> NDArray[np.uint8]:
    return 1 - _opened(data)


def _need(package: str, *programs: str) -> None:
    """Raises ModelError, which names their home, where one of ``programs`` is missing."""
    for program in programs:
        if shutil.which(program) is None:
            raise ModelError(f"the program {program} of {package} is not installed")


def _run(*command: str, data: bytes = b"") -> bytes:
    return filtered(command, data, name=command[0], timeout=TIMEOUT)


class Jbig:
    """JBIG (ITU-T T.82): one layer, one stripe, the three-line template, no typical prediction. Its header
    takes 20 bytes of each file."""

    name = "jbig"

    def __init__(self) -> None:
        _need("JBIG-KIT (Debian: jbigkit-bin), which codes JBIG,", "pbmtojbg", "jbgtopbm")

    def encode(self, bitmap: NDArray[np.uint8]) -> bytes:
        """The file of a bitmap."""
        return _run("pbmtojbg", "-q", "-p", "0", "-s", str(len(bitmap)), data=_pbm(bitmap))

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """The bitmap of a file."""
        return _from_pbm(_run("jbgtopbm", data=data))


class Jbig2:
    """JBIG2 (ITU-T T.88): a generic region, with or without typical prediction, whichever is less."""

    name = "jbig2"

    def __init__(self) -> None:
        _need("jbig2enc, which codes JBIG2,", "jbig2")
        _need("jbig2dec, which decodes JBIG2,", "jbig2dec")

    def encode(self, bitmap: NDArray[np.uint8]) -> bytes:
        """The file of a bitmap."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "in.pbm"
            path.write_bytes(_pbm(bitmap))
            return min((_run("jbig2", *typical, str(path)) for typical in ((), ("-d",))), key=len)

    def decode(self, data: bytes) -> NDArray[np.uint8]:
        """The bitmap of a file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "in.jb2"
            path.write_bytes(data)
            return _from_pbm(_run("jbig2dec", "-t", "pbm", "-o", "-", str(path)))


CODERS: tuple[type[Coder], ...] = (Png, Webp, JpegXl, Jbig, Jbig2)
"""All coders, whether or not what they need is here."""


def available() -> tuple[list[Coder], list[str]]:
    """The coders that code a trial bitmap here, and a line for each that does not, which says why."""
    trial = np.eye(32, 40, dtype=np.uint8)
    coders: list[Coder] = []
    gaps = []
    for kind in CODERS:
        try:
            coder = kind()
            size(coder, trial)
        except (ModelError, CodecError) as error:
            gaps.append(f"{kind.name}: {error}")
        else:
            coders.append(coder)
    return coders, gaps
