"""Any picture that Pillow reads as 8-bit RGB, and back.

Orientation is applied, colours become sRGB, transparency is laid over white, and everything
else a file may carry is dropped: these are faces.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import threading
import warnings
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFile, ImageOps, PngImagePlugin, UnidentifiedImageError

from vcmcodec.errors import OutputError, PictureError, PictureWarning
from vcmcodec.io import arrays, output, png_text
from vcmcodec.io.arrays import grey_of_16_bits
from vcmcodec.limits import MAX_PHOTOGRAPH, MAX_PHOTOGRAPH_PIXELS, MAX_SIDE, MIN_SIDE

Source: TypeAlias = "str | os.PathLike[str] | BinaryIO | Image.Image | NDArray[Any]"

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

SOFTWARE = "vcmcodec"
"""What pictures that are written here say of who wrote them, where their format can."""

_SOFTWARE_TAG = 0x0131

SUFFIXES = tuple(_WRITABLE)
"""Name endings of the picture formats that :func:`save` writes."""


def load(source: Source, crops: bool = False) -> NDArray[np.uint8]:
    """A picture as uint8 (H, W, 3) sRGB.

    ``source``: a path, an open file, a Pillow image of any mode, or an array (see :mod:`vcmcodec.io.arrays`).
    Sides must be MIN_SIDE to MAX_SIDE pixels; where ``crops`` are to be taken of it, up to MAX_PHOTOGRAPH,
    and no more than MAX_PHOTOGRAPH_PIXELS in all. Of an animation the first frame counts. Grey of 16 bits or
    more is scaled from 0..65535, floating point of files from 0..1 (0..255 where it goes beyond 1).

    Raises PictureError where it is no picture, truncated, damaged or of another size, TypeError for
    a ``source`` of another kind, ValueError for an array of another kind.
    """
    if isinstance(source, np.ndarray):
        arrays.check(source)
        _check_size(source.shape[1], source.shape[0], crops)
        return arrays.rgb(source)
    if not isinstance(source, (str, os.PathLike, Image.Image)) and not hasattr(source, "read"):
        raise TypeError(
            f"a picture is a path, an open file, a Pillow image or an array, not {type(source).__name__}"
        )
    notes: list[str] = []
    try:
        if isinstance(source, Image.Image):
            return _rgb(source, crops, notes)
        with warnings.catch_warnings():
            # Pillow warns of large pictures and of odd metadata: the size is checked below.
            warnings.simplefilter("ignore")
            path = source if hasattr(source, "read") else Path(source)
            if isinstance(path, Path):
                _plug_in(path)
            try:
                pixels = _opened(path, crops, notes)
            except ValueError as error:  # of a PNG that says more than Pillow reads
                bare = png_text.without(path) if png_text.is_too_much(error) else None
                if bare is None:
                    raise
                pixels = _opened(bare, crops, notes)
        for note in notes:
            warnings.warn(note, PictureWarning, stacklevel=2)
        return pixels
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError(_unknown(source)) from None
    except Image.DecompressionBombError:
        raise PictureError(f"picture is larger than {MAX_SIDE} x {MAX_SIDE} pixels") from None
    except OSError as error:
        raise PictureError(f"cannot read the picture: {error.strerror or error}") from None
    except Exception as error:  # damaged input: Pillow's plugins raise whatever their parsing meets
        raise PictureError(f"the picture is damaged: {type(error).__name__}: {error}") from None


def _opened(source: Any, crops: bool, notes: list[str]) -> NDArray[np.uint8]:
    """What :func:`load` gives of a file."""
    with Image.open(source) as image:
        frames = getattr(image, "n_frames", 1) if getattr(image, "is_animated", False) else 1
        if frames > 1 and image.format != "MPO":  # whose others are previews
            notes.append(f"an animation or stack of {frames} pictures: the first one is read")
        return _rgb(image, crops, notes)


_PLUGINS = {".heic": "pillow-heif", ".heif": "pillow-heif", ".jxl": "pillow-jxl-plugin"}
"""Packages that teach Pillow to read files of these endings."""


def _plug_in(path: Path) -> None:
    """Registers what reads files of this ending, where it is installed."""
    package = _PLUGINS.get(path.suffix.lower())
    with contextlib.suppress(ImportError):
        if package == "pillow-heif":
            importlib.import_module("pillow_heif").register_heif_opener()
        elif package:
            importlib.import_module("pillow_jxl")


def _unknown(source: object) -> str:
    """Why Pillow does not know what it was given."""
    package = _PLUGINS.get(Path(source).suffix.lower()) if isinstance(source, (str, os.PathLike)) else None
    return (
        f"not a picture that can be read without pip install {package}"
        if package
        else ("not a picture that can be read")
    )


def _check_size(width: int, height: int, crops: bool) -> None:
    most = MAX_PHOTOGRAPH if crops else MAX_SIDE
    if min(width, height) < MIN_SIDE or max(width, height) > most:
        raise PictureError(f"picture of {width} x {height} pixels: sides must be {MIN_SIDE} to {most} pixels")
    if width * height > MAX_PHOTOGRAPH_PIXELS:
        raise PictureError(
            f"picture of {width} x {height} pixels: no more than {MAX_PHOTOGRAPH_PIXELS} may be read"
        )


_TRUNCATED = threading.Lock()
"""Whether Pillow puts up with files that break off is a setting of the whole process."""


def _loaded(image: Image.Image, notes: list[str]) -> None:
    """Reads all samples; of a JPEG that breaks off those that are there, which viewers show, too."""
    try:
        image.load()
    except OSError as error:
        if image.format not in ("JPEG", "MPO") or "truncated" not in str(error):
            raise
        with _TRUNCATED:
            before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, True
            try:
                image.load()
            finally:
                ImageFile.LOAD_TRUNCATED_IMAGES = before
        notes.append("the file breaks off: what is missing is grey")


def _rgb(image: Image.Image, crops: bool, notes: list[str]) -> NDArray[np.uint8]:
    _check_size(*image.size, crops)
    _loaded(image, notes)
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
        return Image.fromarray(grey_of_16_bits(levels))
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


def format_of(suffix: str) -> str:
    """Pillow's name of the format whose files end in ``suffix``, one of SUFFIXES."""
    return _WRITABLE[suffix][0]


def coded(image: Image.Image, suffix: str, quality: int = 95) -> bytes:
    """An RGB ``image`` as a file whose name would end in ``suffix``, one of SUFFIXES. ``quality``: of JPEG,
    1..100.

    Raises OutputError for another ending.
    """
    if suffix not in _WRITABLE:
        raise OutputError(f"unknown picture format {suffix or '(none)'}: one of {', '.join(SUFFIXES)}")
    name, options = _WRITABLE[suffix]
    options = {**options, **_signed(name), **({"quality": quality} if name == "JPEG" else {})}
    buffer = io.BytesIO()
    try:
        image.save(buffer, name, **options)
    except (OSError, KeyError) as error:  # this Pillow was built without the format
        raise OutputError(f"cannot be written as {name}: {error}") from None
    return buffer.getvalue()


def _signed(name: str) -> dict[str, Any]:
    """What makes Pillow write SOFTWARE into a file of the format ``name``."""
    if name == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_text("Software", SOFTWARE)
        return {"pnginfo": info}
    if name in ("JPEG", "WEBP"):
        exif = Image.Exif()
        exif[_SOFTWARE_TAG] = SOFTWARE
        return {"exif": exif}
    return {"tiffinfo": {_SOFTWARE_TAG: SOFTWARE}} if name == "TIFF" else {}


def is_ours(path: Path) -> bool:
    """Whether the file at ``path`` is a picture that says that it was written here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path) as image:
                said = image.info.get("Software") or image.getexif().get(_SOFTWARE_TAG)
    except Exception:  # as in load(): what cannot be read is another's
        return False
    return bool(said == SOFTWARE)


def may_replace(path: Path) -> bool:
    """Whether nothing is lost when ``path`` is written to: nothing is there, or a picture that is ours."""
    return not path.exists() or is_ours(path)
