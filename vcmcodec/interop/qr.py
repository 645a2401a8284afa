"""``.vcm`` files in QR codes (ISO/IEC 18004): written by segno, read by zxing-cpp, of the extra ``qr``."""

from __future__ import annotations

import importlib
import io
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec.errors import BudgetError, ModelError, PictureError
from vcmcodec.format.container import MAGIC

BORDER = 4
"""Light modules around a code, as the standard wants them."""

ENLARGED = 2
"""Where no code is found, it is looked for in the picture enlarged by these factors."""

LARGEST = 2000
"""An enlarged picture's longest side has at most this many pixels."""


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ModelError(f"QR codes need the package {name}: pip install 'vcmcodec[qr]'") from None


def symbol_of(text: str) -> tuple[int, str]:
    """Version, 1..40, and level of error correction, L, M, Q or H, of a text such as ``20-M``.

    Raises ValueError for what is no such text.
    """
    found = re.fullmatch(r"([1-9]|[1-3][0-9]|40)-([LMQH])", text.upper())
    if found is None:
        raise ValueError(f"{text!r} is no QR symbol such as 20-M: 1 to 40, and L, M, Q or H")
    return int(found[1]), found[2]


def capacity(symbol: str) -> int:
    """Bytes that a symbol such as ``20-M`` holds.

    Raises ValueError for what is no symbol, ModelError where segno is missing.
    """
    version, level = symbol_of(symbol)
    consts = _package("segno").consts
    bits = int(consts.SYMBOL_CAPACITY[version][getattr(consts, f"ERROR_LEVEL_{level}")])
    return (bits - 4 - (8 if version < 10 else 16)) // 8  # what names the mode, and how many bytes follow


def write(data: bytes, symbol: str, scale: int = 8) -> bytes:
    """A PNG file of the code that holds ``data``, a module being ``scale`` pixels wide.

    Raises BudgetError where the symbol does not hold so much, ValueError for what is no symbol, ModelError
    where segno is missing.
    """
    version, level = symbol_of(symbol)
    most = capacity(symbol)
    if len(data) > most:
        raise BudgetError(f"{len(data)} bytes do not fit symbol {symbol}, which holds {most}")
    code = _package("segno").make(
        data, version=version, error=level.lower(), mode="byte", micro=False, boost_error=False
    )
    file = io.BytesIO()
    code.save(file, kind="png", scale=scale, border=BORDER)
    return file.getvalue()


def read(picture: NDArray[np.uint8]) -> bytes:
    """The ``.vcm`` file in the QR code on a picture, uint8 (H, W, 3) RGB: a scan or a photograph.

    Raises PictureError where there is no code, or none with such a file, ModelError where zxing-cpp is
    missing.
    """
    zxing = _package("zxingcpp")
    grey = Image.fromarray(picture).convert("L")
    larger = min(ENLARGED, LARGEST / max(grey.size))
    seen = 0
    for scale in [1.0] + [larger] * (larger > 1):
        looked = grey if scale == 1 else grey.resize((round(grey.width * scale), round(grey.height * scale)))
        codes = zxing.read_barcodes(np.asarray(looked), formats=zxing.BarcodeFormat.QRCode)
        seen += len(codes)
        for code in codes:
            if bytes(code.bytes).startswith(MAGIC):
                return bytes(code.bytes)
    raise PictureError("the QR code holds no .vcm file" if seen else "no QR code is found on the picture")
