"""The one importer of ONNX Runtime: networks of the codec, of its judges and of training run here."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.util
import io
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vcmcodec.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEVICES = ("auto", "cuda", "cpu")
"""``auto`` is CUDA where it runs, and the CPU elsewhere."""

MISSING = (
    "onnxruntime is not installed: it runs networks: pip install onnxruntime, or onnxruntime-gpu for CUDA"
)

MEND = "pip uninstall -y onnxruntime onnxruntime-gpu; pip install onnxruntime, or onnxruntime-gpu for CUDA"
"""Both packages write into one folder, and taking one away leaves half of the other: so both go first."""

_CUDA = "CUDAExecutionProvider"
_FATAL = 4
"""Log level: what matters comes as an exception, or as another provider than was requested."""


class Session:
    """A network, loaded. ``provider`` names what runs it: ``CUDAExecutionProvider`` or
    ``CPUExecutionProvider``."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.provider: str = session.get_providers()[0]

    @property
    def cuda(self) -> bool:
        """Whether it runs on CUDA."""
        return self.provider == _CUDA

    def run(
        self, inputs: Mapping[str, NDArray[Any]], outputs: Sequence[str] | None = None
    ) -> list[NDArray[Any]]:
        """The outputs of these names, or all of them in the file's order, for arrays by input name.

        Raises ModelError where the runtime fails (memory, say).
        """
        try:
            found: list[NDArray[Any]] = self._session.run(outputs, dict(inputs))
        except Exception as error:  # onnxruntime raises classes of its own, some straight from C++
            raise ModelError(f"onnxruntime failed: {str(error).splitlines()[0]}") from None
        return found


def load(path: str | Path, device: str = "cpu", *, threads: int | None = None) -> Session:
    """The network in the ONNX file ``path`` on ``device``, one of DEVICES. ``threads``: how many on the CPU;
    None: one a core.

    Raises ModelError where onnxruntime is not installed, cannot load the file, or where CUDA is asked for and
    does not run.
    """
    try:
        onnxruntime: Any = importlib.import_module("onnxruntime")
    except ModuleNotFoundError:
        raise ModelError(MISSING) from None
    except ImportError as error:
        raise ModelError(f"onnxruntime cannot be loaded ({str(error).splitlines()[0]}): {MEND}") from None
    if not hasattr(onnxruntime, "InferenceSession"):
        raise ModelError(f"what is left of onnxruntime does not run: {MEND}")
    providers: list[Any] = ["CPUExecutionProvider"]
    if device != "cpu" and cuda_driver_found() and _CUDA in onnxruntime.get_available_providers():
        if hasattr(onnxruntime, "preload_dlls"):
            with contextlib.redirect_stdout(io.StringIO()):  # it prints what it does not find
                onnxruntime.preload_dlls()
        # 19-bit floats would leave the format's tolerance (spec/FORMAT.md, section "Generator").
        providers.insert(0, (_CUDA, {"use_tf32": 0}))
    if device == "cuda" and len(providers) == 1:
        raise ModelError("no CUDA: needs an NVIDIA driver and onnxruntime-gpu")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = _FATAL
    onnxruntime.set_default_logger_severity(_FATAL)
    if threads is not None:
        options.intra_op_num_threads = threads
    try:
        session = Session(onnxruntime.InferenceSession(str(path), options, providers=providers))
    except Exception as error:  # as above
        raise ModelError(f"onnxruntime cannot load {path}: {str(error).splitlines()[0]}") from None
    if device == "cuda" and not session.cuda:
        raise ModelError("CUDA was asked for, but onnxruntime could not start it")
    return session


def cuda_driver_found() -> bool:
    """Whether the machine has an NVIDIA driver: only then is CUDA worth asking for, since
    onnxruntime reports a missing one loudly."""
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def runtime() -> str:
    """What would run a generator: onnxruntime's version and its first provider. Does not load it.

    Raises ModelError where onnxruntime is not installed, or twice.
    """
    from importlib import metadata  # slow to load

    found = {}
    for name in ("onnxruntime-gpu", "onnxruntime"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    if not found:
        raise ModelError(MISSING)
    if len(found) > 1:
        both = " and ".join(f"{name} {version}" for name, version in found.items())
        raise ModelError(f"{both} are installed side by side, and one breaks the other: {MEND}")
    spec = importlib.util.find_spec("onnxruntime")
    if spec is None or spec.origin is None:  # a folder without its own module: one of two was uninstalled
        raise ModelError(f"what is left of onnxruntime does not run: {MEND}")
    ((name, version),) = found.items()
    cuda = name == "onnxruntime-gpu" and cuda_driver_found()
    return f"onnxruntime {version} on {'CUDA' if cuda else 'CPU'}ExecutionProvider"
