"""Whether two faces are one person's: features compared (Yang et al. 2021, "face verification"). A feature is
read out of a file without decoding its pixels. For pictures, and for files without a feature, the face is
found and the network computes its feature.
"""

from __future__ import annotations

import functools
import json
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import FormatError, LimitError, ModelError, PictureError
from vcmcodec.format import container
from vcmcodec.format.file_bytes import Data, file_bytes
from vcmcodec.format.wire import Reader
from vcmcodec.layers import kinds
from vcmcodec.layers.feature import head as heads
from vcmcodec.layers.feature import tables
from vcmcodec.layers.feature.head import CODE, CODING
from vcmcodec.limits import DEFAULT_LIMITS, Limits
from vcmcodec.models import store
from vcmcodec.scene import Scene

if TYPE_CHECKING:
    from PIL.Image import Image

    from vcmcodec.format.container import Header
    from vcmcodec.io.picture import Source

    Comparable = Source | bytes | bytearray | memoryview

CALIBRATION = f"feature-{CODING}.calibration.json"

FAR = 1e-3
"""The false accept rate at which two faces are taken for one person's where the caller names none."""

FEATURE, PIXELS, PICTURE = "feature layer", "decoded pixels", "picture"
"""Where a face's vector is from."""


class Face(NamedTuple):
    """``vector``: float32 (128,), of length 1. ``source``: one of :data:`FEATURE`, :data:`PIXELS`,
    :data:`PICTURE`."""

    vector: NDArray[np.float32]
    source: str


class Match(NamedTuple):
    """``cosine``: of two features, -1..1. ``far``: the share of strangers' pairs, 0..1, whose cosine is at
    least this (see :func:`false_accepts`). ``same``: whether ``far`` is no higher than was asked for.
    ``sources``: where both features are from."""

    cosine: float
    far: float
    same: bool
    sources: tuple[str, str]


def feature(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> NDArray[np.float32]:
    """The feature that a ``.vcm`` file holds, float32 (128,), of length 1. No pixels are decoded. Of a file
    that breaks off :func:`vcmcodec.truncation.whole` first gives what is whole.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, FormatError
    where it holds no feature, UnsupportedError where it holds one of another coding, and ModelError where the
    features' model files are missing or altered.
    """
    found = stored(data, limits=limits)
    if found is None:
        raise FormatError("no feature layer")
    return found


def stored(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> NDArray[np.float32] | None:
    """As :func:`feature`, but None where the file holds none."""
    header, layers = container.read(file_bytes(data, limits), limits)
    scene, other = Scene(header.width, header.height), None
    for index, layer in enumerate(layers):
        if layer.kind == CODE:
            reader = Reader(layer.payload, base=layer.start, layer=index, whole=True)
            coding = heads.read(reader).coding
            if coding != CODING:
                other = reader.unsupported(f"feature coding {coding} is unknown", layer.start)
            scene = kinds.decode(scene, layer, index, limits)
    found = scene.part(CODE)
    if found is None and other is not None:
        raise other
    return None if found is None else unit(found.vector)


def unit(vector: NDArray[np.int64]) -> NDArray[np.float32]:
    """A decoded embedding, int64 (128,), at length 1. Quantisation shrinks what sets a face apart from the
    mean face. That difference is enlarged until the whole has the length of an embedding."""
    mean = tables.basis().mean.astype(np.float64) / tables.UNIT
    rest = vector.astype(np.float64) / tables.UNIT - mean
    a, b, c = rest @ rest, mean @ rest, mean @ mean - 1
    if a > 0 and b * b >= a * c:
        whole = mean + rest * ((-b + np.sqrt(b * b - a * c)) / a)
    else:  # the mean alone
        whole = mean + rest
    return np.asarray(whole / max(float(np.linalg.norm(whole)), 1e-9), dtype=np.float32)


def face(source: Comparable, *, limits: Limits = DEFAULT_LIMITS) -> Face:
    """The face in ``source``: the bytes of a ``.vcm`` file, a path to one or to a picture, a Pillow image,
    or uint8 (H, W, 3) RGB. Of a file without a feature the pixels are decoded.

    Raises PictureError where there is no face or no picture, FormatError and its kinds for a damaged file,
    and ModelError.
    """
    if isinstance(source, (str, PathLike)):
        data = _file(Path(fspath(source)), limits)
        source = source if data is None else data
    if isinstance(source, (bytearray, memoryview)):
        source = bytes(source)
    if isinstance(source, bytes):
        found = stored(source, limits=limits)
        if found is not None:
            return Face(found, FEATURE)
        return Face(seen(_decoded(source, limits)), PIXELS)
    return Face(seen(source), PICTURE)


def _file(path: Path, limits: Limits) -> bytes | None:
    """The bytes of a ``.vcm`` file; None where it is another."""
    try:
        with path.open("rb") as file:
            if file.read(len(container.MAGIC)) != container.MAGIC:
                return None
            file.seek(0)
            data = file.read(limits.file + 1)
    except OSError as error:
        raise PictureError(f"cannot be read: {error.strerror or error}") from None
    if len(data) > limits.file:
        raise LimitError(f"file is above the limit of {limits.file} bytes")
    return data


def _decoded(data: bytes, limits: Limits) -> Image:
    from vcmcodec import codec

    return next(codec.render_scenes([pictured(data, limits)], realism=0))


def pictured(data: bytes, limits: Limits) -> tuple[Header, Scene]:
    """What :func:`vcmcodec.decode_scene` finds in a file whose pixels are to say who it is.

    Raises as that does, and FormatError where no layer is of the picture: a face that the generator invents
    is nobody's.
    """
    from vcmcodec import codec

    header, scene = codec.decode_scene(data, limits=limits)
    if not kinds.pictured(scene.parts):
        raise FormatError(f"no feature layer, and {kinds.NOT_PICTURED}")
    return header, scene


def seen(source: Source) -> NDArray[np.float32]:
    """The embedding of the largest face in a picture, float32 (128,), of length 1.

    Raises PictureError where there is none, or no picture, and ModelError.
    """
    from vcmcodec.encoder import embedding
    from vcmcodec.io import picture

    found = embedding.embedding(picture.load(source))
    if found is None:
        raise PictureError("no face is found")
    return found


@functools.cache
def _calibration(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
        cosines, rates = (np.array(stated[key], dtype=np.float64) for key in ("cosines", "log10_far"))
        if cosines.ndim != 1 or cosines.shape != rates.shape or (np.diff(cosines) <= 0).any():
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise ModelError(f"the calibration {path} is damaged") from None
    return cosines, rates


def false_accepts(cosine: float) -> float:
    """The share of pairs of two people, 0..1, whose features have this cosine or a higher one, as measured on
    strangers that resemble each other in age, origin and pose (see models/README.md); for a cosine that too
    few pairs had to be measured, the lowest rate that was.

    Raises ModelError where the calibration is missing or altered.
    """
    cosines, rates = _calibration(store.model_path(CALIBRATION))
    return float(10 ** np.interp(cosine, cosines, rates))


def compared(one: Face, other: Face, far: float = FAR) -> Match:
    """Two faces as :func:`match` compares them. Raises ModelError."""
    cosine = min(max(float(one.vector @ other.vector), -1.0), 1.0)
    rate = false_accepts(cosine)
    return Match(cosine, rate, rate <= far, (one.source, other.source))


def match(a: Comparable, b: Comparable, *, far: float = FAR, limits: Limits = DEFAULT_LIMITS) -> Match:
    """Whether two faces are one person's. ``a``, ``b``: see :func:`face`. ``far``: the share of strangers
    that may be taken for one person, above 0, up to 1.

    Raises ValueError for ``far`` out of range; otherwise as :func:`face`.
    """
    if not 0 < far <= 1:
        raise ValueError(f"far {far} is not above 0 and at most 1")
    return compared(face(a, limits=limits), face(b, limits=limits), far)
