"""Whether a decoded picture is this person: landmarks and identity, as the closed-form baseline was judged.

Unlike the bench's judge (:class:`vcmcodec.metrics.landmarks.DlibFace`), landmarks of a decoded picture whose
face is not found are looked for where the original has it, and count; identity looks at the decoded picture's
own landmarks.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError
from vcmcodec.metrics import measures, weight_files


class Known(NamedTuple):
    """What is known of an original: its face's box, landmarks float64 (68, 2), embedding float64 (128,)."""

    box: Any
    landmarks: NDArray[np.float64]
    embedding: NDArray[np.float64]


class Person:
    """dlib's frontal detector at the picture's own size, 68 landmarks, and the distance of face embeddings.

    Raises ModelError where dlib-bin or face-recognition-models is missing or altered.
    """

    def __init__(self) -> None:
        try:
            dlib = importlib.import_module("dlib")
        except ImportError:
            raise ModelError("the package dlib-bin is not installed: it finds landmarks") from None
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(weight_files.find(weight_files.LANDMARKS)))
        self._embed = dlib.face_recognition_model_v1(str(weight_files.find(weight_files.EMBEDDING)))
        parts = (weight_files.LANDMARKS, weight_files.EMBEDDING)
        self.version = f"dlib {dlib.__version__}, " + ", ".join(part.label for part in parts)

    def _box(self, image: NDArray[np.uint8]) -> Any:
        return max(self._detector(image, 0), key=lambda box: box.area(), default=None)

    def _seen(self, image: NDArray[np.uint8], box: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        shape = self._predictor(image, box)
        points = np.array([(point.x, point.y) for point in shape.parts()], dtype=np.float64)
        return points, np.array(self._embed.compute_face_descriptor(image, shape), dtype=np.float64)

    def reference(self, original: NDArray[np.uint8]) -> Known | None:
        """What is known of an original, uint8 (H, W, 3); None where it has no face."""
        original = np.ascontiguousarray(original)
        box = self._box(original)
        return None if box is None else Known(box, *self._seen(original, box))

    def judge(self, known: Known | None, image: NDArray[np.uint8]) -> dict[str, float | None]:
        """``found``: 1 where the detector finds a face, else 0; ``nme``: see
        :func:`vcmcodec.metrics.measures.nme`; ``identity``: distance of the embeddings. All are None
        where the original has no face."""
        if known is None:
            return dict.fromkeys(("found", "nme", "identity"))
        image = np.ascontiguousarray(image)
        box = self._box(image)
        landmarks, embedding = self._seen(image, known.box if box is None else box)
        return {
            "found": float(box is not None),
            "nme": measures.nme(landmarks, known.landmarks),
            "identity": float(np.linalg.norm(embedding - known.embedding)),
        }
