"""``.vcm`` files in Pillow, and in all that reads pictures through it.

>>> import vcmcodec.interop.pillow                          # registers the format
>>> from PIL import Image
>>> Image.open("face.vcm").resize((64, 64))         # doctest: +SKIP
>>> image.save("face.vcm", preset="small")          # doctest: +SKIP

Opening decodes nothing: ``size`` is known, and ``info["vcm"]``, which says what each layer costs (see
:class:`vcmcodec.Info`). The generator runs when pixels are asked for. ``save`` takes what
:func:`vcmcodec.encode` takes: ``preset``, ``bytes``, ``bpp``, ``quality``, ``detail``, ``colours``, ``size``,
``scheme``.
``draft`` asks for the preview, which takes no network, where a file holds texture.
"""

from __future__ import annotations

from typing import IO, Any

from PIL import Image, ImageFile, UnidentifiedImageError

import vcmcodec
from vcmcodec.format.container import MAGIC
from vcmcodec.truncation import whole

FORMAT = "VCM"
MIME = "image/x-vcm"

_OPTIONS = ("preset", "bytes", "bpp", "quality", "detail", "colours", "size", "scheme")


class VcmImageFile(ImageFile.ImageFile):
    """A ``.vcm`` file that is decoded when its pixels are asked for. ``realism``, 0..1, and ``colours`` (see
    :func:`vcmcodec.decode`) may be set before that."""

    format = FORMAT
    format_description = "vcmcodec face image"

    realism = 1.0
    colours: int | None = None

    _preview = False  # whether draft asked for it

    _data: bytes | None = None  # what is still to be decoded

    def _open(self) -> None:
        assert self.fp is not None
        # One byte more than the limit shows that the file is above it.
        data = self.fp.read(vcmcodec.DEFAULT_LIMITS.file + 1)
        try:
            if ImageFile.LOAD_TRUNCATED_IMAGES:
                data, _ = whole(data)
            info = vcmcodec.inspect(data)
        except vcmcodec.VcmError as error:
            # An OSError keeps its message; that of a SyntaxError Pillow drops.
            raise UnidentifiedImageError(str(error)) from error
        self._data = data
        self._size = (info.width, info.height)
        self._mode = "RGB"
        self.info["vcm"] = info
        self.tile = []

    def draft(self, mode: str | None, size: tuple[int, int] | None) -> Any:
        """Asks for the preview where there is one. Its size is the picture's own: None says that nothing of
        mode and size was configured, or what was, as Pillow has it."""
        if self._data is None or "texture" not in {layer.kind for layer in self.info["vcm"].layers}:
            return None
        self._preview = True
        return self.mode, (0, 0, *self.size)

    def load(self) -> Any:
        """Decodes the picture. Raises OSError where that fails."""
        if self._data is not None:
            try:
                if self._preview:
                    picture = vcmcodec.preview(self._data)
                else:
                    picture = vcmcodec.decode(self._data, realism=self.realism, colours=self.colours)
            except vcmcodec.VcmError as error:
                raise OSError(str(error)) from error
            self.im = picture.im
            self._data = None
            if self.fp is not None and getattr(self, "_exclusive_fp", False):
                self.fp.close()
            self.fp = None
        return super().load()


def _accept(prefix: bytes) -> bool:
    return prefix.startswith(MAGIC)


def _save(image: Image.Image, file: IO[bytes], name: str | bytes) -> None:
    options = {key: image.encoderinfo[key] for key in _OPTIONS if key in image.encoderinfo}
    try:
        file.write(vcmcodec.encode(image, **options))
    except vcmcodec.VcmError as error:
        raise OSError(str(error)) from error


Image.register_open(FORMAT, VcmImageFile, _accept)
Image.register_save(FORMAT, _save)
Image.register_extension(FORMAT, ".vcm")
Image.register_mime(FORMAT, MIME)
