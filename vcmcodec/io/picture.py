"""Any picture that Pillow reads as 8-bit RGB, and back.

Orientation is applied, colours become sRGB, transparency is laid over white, and everything
else a file may carry is dropped: these are faces.
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from vcmcodec.errors import OutputError, PictureError
from vcmcodec.io import output
from vcmcodec.limits import MAX_SIDE, MIN_SIDE

Source: TypeAlias = "str | os.PathLike[str] | BinaryIO | Image.Image | NDArray[np.uint8]"

_WRITABLE: dict[str, tuple[str, dict[str, Any]]] = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".jpeg": ("JPEG", {"quality": 95, "subsampling": 0}),
    ".webp": ("WEBP", {"lossless": True}),
    ".tif": ("TIFF", {}),
    ".tiff": ("TIFF", {}),
    ".bmp": ("BMP", {}),
    ".ppm": ("PPM", {}),
}

SUFFIXES = tuple(_WRITABLE)
"""Name endings of the picture formats that :func:`save` writes."""


def load(source: Source) -> NDArray[np.uint8]:
    """A picture as uint8 (H, W, 3) sRGB.

    ``source``: a path, an open file, a Pillow image of any mode, or an array, uint8 (H, W, 3) RGB. Sides
    must be MIN_SIDE to MAX_SIDE pixels. Of an animation the first frame counts. Grey of 16 bits or more is
    scaled from 0..65535, floating point from 0..1 (0..255 where it goes beyond 1).

    Raises PictureError where it is no picture, truncated, damaged or of another size, TypeError for
    a ``source`` of another kind.
    """
    if isinstance(source, np.ndarray):
        if source.dtype != np.uint8 or source.ndim != 3 or source.shape[2] != 3:
            raise PictureError(f"an array must be uint8 (H, W, 3), not {source.dtype} {source.shape}")
        _check_size(source.shape[1], source.shape[0])
        return source
    if not isinstance(source, (str, os.PathLike, Image.Image)) and not hasattr(source, "read"):
        raise TypeError(
            f"a picture is a path, an open file, a Pillow image or an array, not {type(source).__name__}"
        )
    try:
        if isinstance(source, Image.Image):
            return _rgb(source)
        with warnings.catch_warnings():
            # Pillow warns of large pictures and of odd metadata: the size is checked below.
            warnings.simplefilter("ignore")
            path = source if hasattr(source, "read") else Path(source)
            with Image.open(path) as image:
                return _rgb(image)
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError("not a picture that can be read") from None
    except Image.DecompressionBombError:
        raise PictureError(f"picture is larger than {MAX_SIDE} x {MAX_SIDE} pixels") from None
    except OSError as error:
        raise PictureError(f"cannot read the picture: {error.strerror or error}") from None
    except Exception as error:  # damaged input: Pillow's plugins raise whatever their parsing meets
        raise PictureError(f"the picture is damaged: {type(error).__name__}: {error}") from None


def _check_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE:
        raise PictureError(
            f"picture of {width} x {height} pixels: sides must be {MIN_SIDE} to {MAX_SIDE} pixels"
        )


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    _check_size(*image.size)
    image.load()
    image = _upright(image)
    profile = image.info.get("icc_profile")
    alpha = None
    if image.mode.startswith("I") or image.mode == "F":
        clear = image.info.get("transparency")
        if isinstance(clear, int):  # this level of grey is no picture
            alpha = Image.fromarray(np.where(np.asarray(image) == clear, 0, 255).astype(np.uint8))
        image = _eight_bits(image)
    elif image.mode == "LA":
        image, alpha = image.getchannel("L"), image.getchannel("A")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        image = image.convert("RGB")
    if image.mode == "LAB":
        image = _converted(image, ImageCms.createProfile("LAB"))
    elif profile:
        image = _srgb(image, profile)
    image = image.convert("RGB")
    if alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, "white"), alpha)
    return np.array(image, dtype=np.uint8)


def _upright(image: Image.Image) -> Image.Image:
    """``image`` with its EXIF orientation applied; as it is where the EXIF data is damaged."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # as in load(): metadata of any sort must not lose the picture
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """16-bit (or wider, or floating point) grey as 8-bit grey."""
    if image.mode.startswith("I"):
        levels = np.clip(np.asarray(image), 0, 65535).astype(np.uint16)
        return Image.fromarray(((np.arange(65536) * 255 + 32767) // 65535).astype(np.uint8)[levels])
    light = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = 1 if light.max(initial=0) <= 1 else 255
    return Image.fromarray(np.clip(light * np.float32(255 / top) + np.float32(0.5), 0, 255).astype(np.uint8))


def _converted(image: Image.Image, source: Any) -> Image.Image:
    """``image`` from the colour profile ``source`` to sRGB."""
    converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return image if converted is None else converted


def _srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """``image`` in sRGB; as it is where its colour profile is damaged or for another mode."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return _converted(image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB"), source)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image


def resize(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """``image``, uint8 (H, W, 3), at another size (Lanczos); itself where the size is its own."""
    if image.shape[:2] == (height, width):
        return image
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return np.asarray(resized)


def save(path: str | os.PathLike[str], image: Image.Image) -> None:
    """Write an RGB ``image`` in the format its name ends on, one of SUFFIXES; whole or not at all.

    Raises OutputError for another ending, or where the file cannot be written.
    """
    output.write(path, coded(image, Path(path).suffix.lower()))


def coded(image: Image.Image, suffix: str) -> bytes:
    """An RGB ``image`` as a file whose name would end in ``suffix``, one of SUFFIXES.

    Raises OutputError for another ending.
    """
    if suffix not in _WRITABLE:
        raise OutputError(f"unknown picture format {suffix or '(none)'}: one of {', '.join(SUFFIXES)}")
    name, options = _WRITABLE[suffix]
    buffer = io.BytesIO()
    try:
        image.save(buffer, name, **options)
    except (OSError, KeyError) as error:  # this Pillow was built without the format
        raise OutputError(f"cannot be written as {name}: {error}") from None
    return buffer.getvalue()
