"""A second judge of landmarks, independent of dlib: MediaPipe's BlazeFace detector and face mesh.

The models lie in the wheel of mediapipe, which is not imported; ai-edge-litert runs them.
"""

from __future__ import annotations

import importlib
import math
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec.errors import ModelError
from vcmcodec.metrics import weight_files

DETECTOR = weight_files.Weights(
    "mediapipe",
    "mediapipe",
    "modules/face_detection/face_detection_short_range.tflite",
    "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
)
MESH = weight_files.Weights(
    "mediapipe",
    "mediapipe",
    "modules/face_landmark/face_landmark.tflite",
    "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
)

POINTS = 468
OUTER_EYE_CORNERS = (33, 263)
"""The mesh points that are the outer corners of the eyes: the one at the left in a picture first."""

_DETECTOR_SIZE = 128
_MESH_SIZE = 192
_GRIDS = ((16, 2), (8, 6))  # cells a side and anchors a cell: one stride of 8, three of 16
_LEAST_SCORE = 0.5
_LEAST_OVERLAP = 0.3
_REGION_SCALE = 1.5


class _Region(NamedTuple):
    """A square of a picture: its centre and side in pixels, its x axis turned by ``angle`` radians."""

    x: float
    y: float
    side: float
    angle: float

    def points(self, unit: NDArray[np.float64]) -> NDArray[np.float64]:
        """The picture's x and y of points (n, 2) that are given as shares of the square, 0 to 1."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return (unit - 0.5) * self.side @ np.array([[cos, sin], [-sin, cos]]) + (self.x, self.y)

    def cut(
        self, image: NDArray[np.uint8], size: int, border: Literal["constant", "edge"]
    ) -> NDArray[np.float32]:
        """The square's pixels, float32 (size, size, 3) in 0 to 1; outside the picture ``border``, as
        numpy pads: black, or the nearest pixel."""
        corners = self.points(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
        margin = math.ceil(max(-corners.min(), (corners - image.shape[1::-1]).max(), 0))
        padded = np.pad(image, ((margin, margin), (margin, margin), (0, 0)), border)
        # Pillow's transform takes no mean over what a pixel covers.
        factor = max(1, int(self.side / size))
        start, right, below = (corners[:3] + margin) / factor
        across, down = (right - start) / size, (below - start) / size
        matrix = (across[0], down[0], start[0], across[1], down[1], start[1])
        square = (
            Image.fromarray(padded)
            .reduce(factor)
            .transform((size, size), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)
        )
        return np.asarray(square, dtype=np.float32) / np.float32(255)


class Mesh468:
    """468 landmarks (Kartynnik et al. 2019, Real-time Facial Surface Geometry from Monocular Video on
    Mobile GPUs) of the face that BlazeFace (Bazarevsky et al. 2019) is surest of. Both models are
    MediaPipe's, of 0.10.21, and under the Apache License 2.0.

    Raises ModelError where ai-edge-litert or mediapipe's files are missing or altered.
    """

    def __init__(self) -> None:
        try:
            litert: Any = importlib.import_module("ai_edge_litert.interpreter")
        except ImportError:
            raise ModelError("the package ai-edge-litert is not installed: it runs the face mesh") from None
        self._detector, self._mesh = (
            litert.Interpreter(
                model_path=str(weight_files.find(model)),
                num_threads=1,
                # The default delegate is faster, but nothing keeps it from writing a line to stderr.
                experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
            )
            for model in (DETECTOR, MESH)
        )
        self._detector.allocate_tensors()
        self._mesh.allocate_tensors()
        self._anchors = np.concatenate([_anchors(cells, count) for cells, count in _GRIDS])

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.float64] | None:
        """Landmarks of an RGB picture, uint8 (H, W, 3), as float64 (468, 2) x and y in pixels, the
        picture's top left corner being (0, 0); None where no face is found."""
        region = self._face(image)
        if region is None:
            return None
        points, flag = _run(self._mesh, region.cut(image, _MESH_SIZE, "edge"))
        if _sigmoid(flag.reshape(1))[0] < _LEAST_SCORE:
            return None
        return region.points(points.reshape(POINTS, 3)[:, :2] / _MESH_SIZE)

    def _face(self, image: NDArray[np.uint8]) -> _Region | None:
        """The region of a picture that the mesh is to see: the eyes level, half as wide again as the
        detector's box."""
        height, width = image.shape[:2]
        whole = _Region(width / 2, height / 2, max(width, height), 0)
        found, logits = _run(self._detector, whole.cut(image, _DETECTOR_SIZE, "constant") * 2 - 1)
        found, scores = found[0] / _DETECTOR_SIZE, _sigmoid(logits.reshape(-1))
        # Centre, width and height of the box, then x and y of six points, the eyes first.
        found[:, :2] += self._anchors
        found[:, 4:] += np.tile(self._anchors, 6)
        kept = (scores >= _LEAST_SCORE) & (found[:, 2:4] > 0).all(axis=1)
        if not kept.any():
            return None
        found, scores = found[kept], scores[kept]
        near = _overlaps(found, found[scores.argmax()]) > _LEAST_OVERLAP
        face = np.average(found[near], axis=0, weights=scores[near])
        (x, y), (right, left) = whole.points(face[None, :2])[0], face[4:8].reshape(2, 2)
        angle = math.atan2(left[1] - right[1], left[0] - right[0])
        return _Region(x, y, max(face[2:4]) * whole.side * _REGION_SCALE, angle)


def _anchors(cells: int, count: int) -> NDArray[np.float32]:
    """The centres of a square grid's cells, each ``count`` times, float32 (cells * cells * count, 2)."""
    centres = (np.arange(cells, dtype=np.float32) + np.float32(0.5)) / np.float32(cells)
    y, x = np.meshgrid(centres, centres, indexing="ij")
    return np.repeat(np.stack([x, y], axis=-1).reshape(-1, 2), count, axis=0)


def _overlaps(boxes: NDArray[np.float32], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of boxes (n, 4 or more) with one: centre, then width and height."""
    low = np.maximum(boxes[:, :2] - boxes[:, 2:4] / 2, box[:2] - box[2:4] / 2)
    high = np.minimum(boxes[:, :2] + boxes[:, 2:4] / 2, box[:2] + box[2:4] / 2)
    common = np.maximum(high - low, 0).prod(axis=1)
    return common / (boxes[:, 2:4].prod(axis=1) + box[2:4].prod() - common)


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -100, 100)))


def _run(interpreter: Any, picture: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The outputs of a model for one picture, each with the model's own shape."""
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], picture[None])
    interpreter.invoke()
    return [interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()]
