"""Face recognition as verification asks it: an embedding of the face in a picture, and how alike two are."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import embedding as sface
from vcmcodec.metrics import weight_files
from vcmcodec.metrics.landmarks import Dlib68

Vector = NDArray[np.float64]


class Recogniser(Protocol):
    """Verifies people. ``name``: as tables have it; ``version``: packages and weights."""

    name: str
    version: str

    def embed(self, image: NDArray[np.uint8]) -> Vector | None:
        """The embedding of the largest face in a picture, uint8 (H, W, 3) RGB; None where none is found."""
        ...

    def likeness(self, one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        """How alike the faces in rows of ``one``, (n, d), are to those of ``other``, (m, d): (n, m), more is
        more alike."""
        ...


class Sface:
    """SFace on faces that YuNet finds, by the cosine: the network that features are of."""

    name = "SFace"

    def __init__(self) -> None:
        self.version = f"{sface.MODEL}, YuNet"

    def embed(self, image: NDArray[np.uint8]) -> Vector | None:
        found = sface.embedding(image)
        return None if found is None else found.astype(np.float64)

    def likeness(self, one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(one @ other.T)


class DlibRecogniser:
    """dlib's ResNet on faces that its own detector finds, by the distance; independent of features.

    Raises ModelError where dlib-bin or face-recognition-models is missing or altered.
    """

    name = "dlib"

    def __init__(self) -> None:
        import importlib

        self._landmarks = Dlib68()
        dlib = importlib.import_module("dlib")
        self._five = dlib.shape_predictor(str(weight_files.find(weight_files.FIVE_POINTS)))
        self._network = dlib.face_recognition_model_v1(str(weight_files.find(weight_files.EMBEDDING)))
        self.version = f"dlib {dlib.__version__}, {weight_files.EMBEDDING.label}"

    def embed(self, image: NDArray[np.uint8]) -> Vector | None:
        image = np.ascontiguousarray(image)
        box = self._landmarks.box(image)
        if box is None:
            return None
        return np.array(
            self._network.compute_face_descriptor(image, self._five(image, box)), dtype=np.float64
        )

    def likeness(self, one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None] - 2 * one @ other.T
        return np.asarray(-np.sqrt(np.maximum(squares, 0)))
