"""Intra pictures of video codecs, by imageio-ffmpeg's ffmpeg run as a program.

Streams are raw (``.hevc``, ``.266``, ``.obu``): parameter sets are counted, no container is. Pictures
are 8-bit 4:2:0 in BT.709 (ffmpeg widens them to 10 bits for VVC, whose encoder takes no other); sides
are made even by repeating the last row or column.
"""

from __future__ import annotations

import functools
import importlib
import re
import subprocess
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.bench.codecs import CodecError
from vcmcodec.bench.codecs.programs import filtered
from vcmcodec.errors import ModelError

TIMEOUT = 300
"""Seconds after which a program is taken to hang."""

_SCALE = "flags=lanczos+accurate_rnd+full_chroma_int"


@functools.cache
def _ffmpeg() -> tuple[str, str]:
    """The program, and what it calls itself. Raises ModelError where it is missing."""
    try:
        path: str = importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe()
        said = subprocess.run([path, "-version"], capture_output=True, text=True, check=True).stdout
    except ImportError:
        raise ModelError("the package imageio-ffmpeg is not installed: it codes HEVC, VVC and AV1") from None
    except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
        raise ModelError(f"imageio-ffmpeg has no ffmpeg that runs: {error}") from None
    return path, " ".join(said.split()[:3])


@functools.cache
def _encoders() -> str:
    return subprocess.run([_ffmpeg()[0], "-hide_banner", "-encoders"], capture_output=True, text=True).stdout


def _run(arguments: Sequence[str], data: bytes) -> bytes:
    command = [_ffmpeg()[0], "-hide_banner", "-loglevel", "error", *arguments]
    return filtered(command, data, name="ffmpeg", timeout=TIMEOUT)


class Video:
    """A video codec of ffmpeg; ``_knob`` is the option that operating points set."""

    name: str
    _encoder: str
    _format: str
    _knob: str
    _values: Sequence[int]
    _options: Sequence[str]

    def __init__(self) -> None:
        _, said = _ffmpeg()
        if not re.search(rf"\b{re.escape(self._encoder)}\b", _encoders()):
            raise ModelError(f"imageio-ffmpeg's ffmpeg was built without {self._encoder}")
        self.version = f"{said} {self._encoder} {' '.join(self._options)}"
        self.points = tuple(f"{self._knob}={value}" for value in self._values)

    def encode(self, image: NDArray[np.uint8], point: str) -> bytes:
        """The raw stream of a picture."""
        even = np.pad(image, ((0, image.shape[0] % 2), (0, image.shape[1] % 2), (0, 0)), mode="edge")
        height, width = even.shape[:2]
        knob, _, value = point.partition("=")
        source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-i", "-"]
        colours = ["-vf", f"scale=out_color_matrix=bt709:out_range=tv:{_SCALE},format=yuv420p"]
        codec = ["-threads", "1", "-c:v", self._encoder, f"-{knob}", value, *self._options]
        return _run([*source, "-frames:v", "1", *colours, *codec, "-f", self._format, "-"], even.tobytes())

    def decode(self, data: bytes, width: int, height: int) -> NDArray[np.uint8]:
        """The picture of a raw stream."""
        colours = ["-vf", f"scale=in_color_matrix=bt709:in_range=tv:{_SCALE}", "-pix_fmt", "rgb24"]
        source = ["-threads", "1", "-f", self._format, "-i", "-", "-frames:v", "1"]
        samples = _run([*source, *colours, "-f", "rawvideo", "-"], data)
        shape = (height + height % 2, width + width % 2, 3)
        if len(samples) != shape[0] * shape[1] * 3:
            raise CodecError(f"ffmpeg decoded {len(samples)} bytes, not a picture of {shape[1]} x {shape[0]}")
        return np.ascontiguousarray(np.frombuffer(samples, dtype=np.uint8).reshape(shape)[:height, :width])


class Hevc(Video):
    """HEVC by x265, without the message in which it signs its streams."""

    name, _encoder, _format, _knob, _values = "hevc", "libx265", "hevc", "crf", (51, 43)
    _options = ("-preset", "veryslow", "-x265-params", "info=0:keyint=1:log-level=none:pools=none")


class Vvc(Video):
    """VVC by VVenC, with its perceptual adaptation of the quantiser."""

    name, _encoder, _format, _knob, _values = "vvc", "libvvenc", "vvc", "qp", (63, 55, 47)
    _options = ("-preset", "medium", "-g", "1", "-qpa", "1")


class Av1(Video):
    """AV1 by libaom, all intra."""

    name, _encoder, _format, _knob, _values = "av1", "libaom-av1", "obu", "crf", (63, 57, 48)
    _options = ("-b:v", "0", "-still-picture", "1", "-usage", "allintra", "-cpu-used", "3")
