"""Checks that OpenCV is installed and has what the encoder needs. Importing this module does not load it."""

from __future__ import annotations

import importlib
from contextlib import suppress

from vcmcodec.errors import ModelError

PACKAGE = "opencv-contrib-python-headless"
OTHERS = "opencv-python opencv-python-headless opencv-contrib-python"

MEND = f"pip uninstall -y {OTHERS} {PACKAGE}; pip install {PACKAGE}"
"""Two OpenCVs write into one folder, and taking one away leaves half of the other: so all go first."""


def use_threads(count: int) -> None:
    """Lets OpenCV compute on ``count`` threads of this process from now on: on one, where other processes
    have the other cores. Where it cannot be loaded this does nothing, and :func:`check` says why."""
    with suppress(ImportError, AttributeError):
        importlib.import_module("cv2").setNumThreads(count)


def check(strokes: bool = False) -> None:
    """Raises ModelError, with the command that mends it, where OpenCV is missing, cannot be loaded, or has
    not got what the encoder needs; ``strokes``: opencv_contrib's part among it."""
    try:
        cv2 = importlib.import_module("cv2")
    except ModuleNotFoundError:
        raise ModelError(f"OpenCV is not installed: pip install {PACKAGE}") from None
    except ImportError as error:
        raise ModelError(f"OpenCV cannot be loaded ({str(error).splitlines()[0]}): {MEND}") from None
    for part in ("warpAffine", "FaceDetectorYN"):
        if not hasattr(cv2, part):
            raise ModelError(f"this OpenCV has no {part}: {MEND}")
    if strokes and not has_strokes():
        raise ModelError(f"this OpenCV has no ximgproc: {MEND}")


def has_strokes() -> bool:
    """Whether the OpenCV that is there has what finds strokes, opencv_contrib's part."""
    cv2 = importlib.import_module("cv2")
    # Of two OpenCVs the name alone may be left.
    return hasattr(getattr(cv2, "ximgproc", None), "createStructuredEdgeDetection")
