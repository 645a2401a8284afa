"""What there is to run generators with, told without loading it."""

from __future__ import annotations

import ctypes
import sys
from importlib import metadata

from vcmcodec.errors import ModelError
from vcmcodec.models import store


def cuda_driver_found() -> bool:
    """Whether the machine has an NVIDIA driver: only then is CUDA worth asking for, since
    onnxruntime reports a missing one loudly."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def runtime() -> str:
    """What would run a generator: onnxruntime's version, and the provider that is asked first. Does not load
    it.

    Raises ModelError where onnxruntime is not installed.
    """
    for name in ("onnxruntime-gpu", "onnxruntime"):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        cuda = name == "onnxruntime-gpu" and cuda_driver_found()
        return f"onnxruntime {version} on {'CUDA' if cuda else 'CPU'}ExecutionProvider"
    raise ModelError("onnxruntime is not installed: it runs the generator")


def known() -> str:
    """Which generators this release has.

    Raises ModelError where the list of models is missing or damaged.
    """
    found = (entry.get("generator") for entry in store.catalogue().values())
    return f"generators {' '.join(str(model) for model in sorted(filter(None, found)))}"
