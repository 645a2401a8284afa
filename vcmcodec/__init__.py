"""vcmcodec: a face image codec for people and machines.

>>> import vcmcodec
>>> data = vcmcodec.encode("face.png")          # doctest: +SKIP
>>> picture = vcmcodec.decode(data)             # doctest: +SKIP
>>> vcmcodec.inspect(data).layers               # doctest: +SKIP

Importing the package loads neither OpenCV nor onnxruntime: each name below loads what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcmcodec.errors import (
    BudgetError,
    ExistsError,
    FormatError,
    LimitError,
    ModelError,
    OutputError,
    PictureError,
    PictureWarning,
    SvgError,
    TruncatedError,
    UnsupportedError,
    VcmError,
)
from vcmcodec.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from vcmcodec.codec import (
        Encoded,
        decode,
        decode_scene,
        encode,
        encode_faces,
        preview,
        render_scenes,
    )
    from vcmcodec.gallery import Gallery
    from vcmcodec.inspection import Info, inspect
    from vcmcodec.matching import Match, compared, face, false_accepts, feature, match, stored

__version__ = "0.1.0"

__all__ = [
    "DEFAULT_LIMITS",
    "BudgetError",
    "Encoded",
    "ExistsError",
    "FormatError",
    "Gallery",
    "Info",
    "LimitError",
    "Limits",
    "Match",
    "ModelError",
    "OutputError",
    "PictureError",
    "PictureWarning",
    "SvgError",
    "TruncatedError",
    "UnsupportedError",
    "VcmError",
    "__version__",
    "compared",
    "decode",
    "decode_scene",
    "encode",
    "encode_faces",
    "face",
    "false_accepts",
    "feature",
    "inspect",
    "match",
    "preview",
    "render_scenes",
    "stored",
]

_HOMES = {
    "Encoded": "vcmcodec.codec",
    "encode": "vcmcodec.codec",
    "encode_faces": "vcmcodec.codec",
    "decode": "vcmcodec.codec",
    "decode_scene": "vcmcodec.codec",
    "preview": "vcmcodec.codec",
    "render_scenes": "vcmcodec.codec",
    "Info": "vcmcodec.inspection",
    "inspect": "vcmcodec.inspection",
    "Gallery": "vcmcodec.gallery",
    "Match": "vcmcodec.matching",
    "compared": "vcmcodec.matching",
    "face": "vcmcodec.matching",
    "false_accepts": "vcmcodec.matching",
    "feature": "vcmcodec.matching",
    "match": "vcmcodec.matching",
    "stored": "vcmcodec.matching",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)
