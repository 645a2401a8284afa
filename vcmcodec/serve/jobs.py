"""What requests ask for, as functions of bytes that a worker process runs."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec import matching
from vcmcodec.codec import NO_MODEL, previewed
from vcmcodec.errors import LimitError, PictureError
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.limits import Limits
from vcmcodec.matching import Face
from vcmcodec.scene import Scene

Decoded = tuple[Header, Scene]


class Decoding(NamedTuple):
    """How a file is to be shown. ``preview``: its texture alone."""

    realism: float
    preview: bool


def warm_up() -> None:
    """Loads what the first request would wait for."""
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    vcmcodec.preview(vcmcodec.encode(noise, bytes=400))  # with strokes, where there is what finds them


def encode(data: bytes, limits: Limits, goal: dict[str, Any]) -> bytes:
    """A picture's bytes as a ``.vcm`` file. ``goal``: see :func:`vcmcodec.encode`.

    Raises as that does, and LimitError for a picture of too many pixels, before they are decoded.
    """
    _check_size(data, limits)
    return vcmcodec.encode(io.BytesIO(data), **goal)


def _check_size(data: bytes, limits: Limits) -> None:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
    except Exception as error:  # damaged input: Pillow's plugins raise whatever their parsing meets
        raise PictureError("not a picture that can be read") from error
    if width * height > limits.pixels:
        raise LimitError(f"picture of {width} x {height} pixels is above the limit of {limits.pixels}")


def render(found: Decoded, look: Decoding) -> bytes:
    """The picture of a scene, coded as PNG.

    Raises FormatError where it has neither a generator nor texture, or no texture for a preview; ModelError
    where its generator is missing.
    """
    image = previewed(*found) if look.preview else next(vcmcodec.render_scenes([found], realism=look.realism))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def decode(data: bytes, limits: Limits, look: Decoding) -> bytes | Decoded:
    """The picture of a ``.vcm`` file, coded as PNG; of one that a generator is to render, its scene.

    Raises as :func:`vcmcodec.decode_scene` and :func:`render` do.
    """
    found = vcmcodec.decode_scene(data, limits=limits)
    if found[0].model != NO_MODEL and not look.preview:
        return found
    return render(found, look)


def face(data: bytes, limits: Limits) -> Face | Decoded:
    """The face of a picture, or of a ``.vcm`` file; of a file without a feature that a generator is to
    render, its scene, for :func:`rendered_face`.

    Raises as :func:`vcmcodec.face`, and LimitError for a picture of too many pixels, before they are decoded.
    """
    if not data.startswith(container.MAGIC):
        _check_size(data, limits)
        return vcmcodec.face(io.BytesIO(data), limits=limits)
    vector = vcmcodec.stored(data, limits=limits)
    if vector is not None:
        return Face(vector, matching.FEATURE)
    return matching.pictured(data, limits)


def rendered(found: Decoded) -> NDArray[np.uint8]:
    """The picture of a scene at realism 0, RGB (H, W, 3). Raises FormatError, ModelError."""
    return np.asarray(next(vcmcodec.render_scenes([found], realism=0)))


def rendered_face(picture: NDArray[np.uint8]) -> Face:
    """The face in a decoded picture. Raises PictureError where there is none."""
    return Face(matching.seen(picture), matching.PIXELS)
