"""Texture analysis: a canvas picture to coefficients, those to levels, and levels to layers.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.levels import best_level
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.rate import RateEstimator
from vcmcodec.layers.texture import payload, resample, steps, synthesis, tables
from vcmcodec.layers.texture.frame import WINDOW, Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.layers.texture.tables import Basis

Planes = NDArray[np.float32]

ERROR_WEIGHTS = (3.0, 0.5, 0.75)
"""By how much a squared error of 1 in Y, in Co and in Cg raises the summed squared error of R, G and B, mixed
terms left out."""

LANDMARK_WEIGHT = 8.0
"""What is added to an error's weight, 1 elsewhere, at eyes, brows, nose and mouth, where people and machines
look."""

_SPOTS = (
    (52.5, 55.0, 18.3, 7.5),
    (50.0, 43.3, 20.8, 7.5),
    (80.0, 71.7, 8.3, 21.7),
    (80.0, 111.7, 26.7, 12.5),
)
"""Ellipses over brow, eye, nose and mouth, in pixels of the window: centre x and y, half-axes across and
down. Those left of the middle are mirrored."""

WHITE, OVERSHOOT = 245, 12.0
"""Where all channels are above WHITE, the target Y is raised by up to OVERSHOOT levels: decoders clamp, so an
overshoot there costs nothing."""


def ycocg(picture: NDArray[np.uint8]) -> Planes:
    """Y, Co and Cg, float32 (H, W, 3), of a picture of uint8 (H, W, 3) RGB."""
    r, g, b = (picture[:, :, part].astype(np.float32) for part in range(3))
    return np.stack([(r + 2 * g + b) / 4, r - b, (2 * g - r - b) / 2], axis=2)


def target(picture: NDArray[np.uint8]) -> Planes:
    """The Y, Co and Cg that the encoder approximates, float32 (H, W, 3), of a uint8 (H, W, 3) RGB picture."""
    out = ycocg(picture)
    darkest = picture.min(axis=2).astype(np.float32)
    out[:, :, 0] += OVERSHOOT * np.clip((darkest - WHITE) / (255 - WHITE), 0, 1)
    return out


@functools.cache
def weight() -> NDArray[np.float32]:
    """The weight of a squared error at each pixel of the window, float32 (WINDOW, WINDOW), 1 or more."""
    y, x = np.mgrid[:WINDOW, :WINDOW].astype(np.float32) + 0.5
    most = np.zeros((WINDOW, WINDOW), dtype=np.float32)
    for middle, down, across, high in _SPOTS:
        for column in {middle, WINDOW - middle}:
            far = ((x - column) / across) ** 2 + ((y - down) / high) ** 2
            most = np.maximum(most, np.exp(-(far**2)))
    return np.asarray(1 + LANDMARK_WEIGHT * most, dtype=np.float32)


@functools.lru_cache(maxsize=2)
def _functions(basis: Basis) -> NDArray[np.float32]:
    """The basis functions of a part of the transform, float32 (count, half), in levels of samples."""
    gain = (basis.gain / (2.0**synthesis.GAIN_BITS * synthesis.UNIT)).astype(np.float32)
    return basis.rows.astype(np.float32) * gain[:, None]


def project(part: int, picture: Planes, count: int | None = None) -> NDArray[np.float32]:
    """Inner products, weighted by ERROR_WEIGHTS, of a square picture, Y, Co and Cg, with the first ``count``
    basis functions, or with all: float32 (count,). ``part``: 0 the canvas, 1 the face."""
    basis = tables.transform().parts[part]
    odd = basis.odd[:count]
    even, turned = [], []
    side = len(picture)
    for plane, error_weight in enumerate(ERROR_WEIGHTS):
        size = basis.luma if plane == 0 else basis.chroma
        weights = (resample.cubic(size, side, 0, side) / (1 << resample.WEIGHT_BITS)).astype(np.float32)
        grid = weights.T @ picture[:, :, plane] @ weights * np.float32(error_weight)
        left, right = grid[:, : size // 2], grid[:, ::-1][:, : size // 2]
        even.append((left + right).ravel())
        turned.append((left - right).ravel())
    functions = _functions(basis)[:count]
    out = np.empty(len(functions), dtype=np.float32)
    out[~odd] = functions[~odd] @ np.concatenate(even)
    out[odd] = functions[odd] @ np.concatenate(turned)
    return out


def mean_picture(side: int) -> Planes:
    """The canvas that no coefficients at all decode to: float32 (side, side, 3)."""
    return reconstructed(Known(), 0, side, side)


def canvas_coefficients(picture: Planes) -> NDArray[np.float32]:
    """The canvas coefficients that approximate a picture best: float32 (count,)."""
    height, width = picture.shape[:2]
    side = max(height, width)
    mean = mean_picture(side)
    top, left = (side - height) // 2, (side - width) // 2
    if height == width:
        return project(0, picture - mean)
    return _visible(picture - mean[top : top + height, left : left + width], side, top, left)


_MOST_VISIBLE = 400


def _visible(picture: Planes, side: int, top: int, left: int) -> NDArray[np.float32]:
    """Canvas coefficients of a picture that covers part of the square: regularised least squares over the
    visible pixels, for the first _MOST_VISIBLE coefficients; the others are 0."""
    basis = tables.transform().canvas
    count = min(basis.count, _MOST_VISIBLE)
    height, width = picture.shape[:2]
    whole = np.zeros((side, side, 3), dtype=np.float32)
    whole[top : top + height, left : left + width] = picture
    gram = np.zeros((count, count), dtype=np.float32)
    at = 0
    for plane, error_weight in enumerate(ERROR_WEIGHTS):
        size = basis.luma if plane == 0 else basis.chroma
        samples = size * size // 2
        part = _functions(basis)[:count, at : at + samples].reshape(count, size, size // 2)
        mirrored = part[:, :, ::-1] * np.where(basis.odd[:count], -1, 1)[:, None, None].astype(np.float32)
        functions = np.concatenate([part, mirrored], axis=2)
        rows, columns = (
            (resample.cubic(size, side, first, count_) / (1 << resample.WEIGHT_BITS)).astype(np.float32)
            for first, count_ in ((top, height), (left, width))
        )
        seen = (rows.T @ rows) @ functions @ (columns.T @ columns)
        gram += error_weight * (seen.reshape(count, -1) @ functions.reshape(count, -1).T)
        at += samples
    # Of a Laplace distribution: twice the squared mean magnitude.
    variance = 2 * 2 ** (np.array(basis.energy[:count]) / 2)
    prior = _NOISE / variance
    out = np.zeros(basis.count, dtype=np.float32)
    out[:count] = np.linalg.solve(gram + np.diag(prior).astype(np.float32), project(0, whole, count))
    return out


_NOISE = 3.0e4
"""Noise variance of the MAP estimate: the squared error that the coefficients are assumed not to explain."""


def window(picture: Planes, frame: Frame) -> Planes:
    """A canvas picture resampled into a frame's window, float32 (WINDOW, WINDOW, 3), 0 beyond the canvas."""
    height, width = picture.shape[:2]
    matrix = frames.axes(frame, width, height)
    factor = max(1, int(np.hypot(*matrix[:, 0])))
    if factor > 1:  # shrink first, so that a pixel of the window is the mean of all that it covers
        size = (max(width // factor, 1), max(height // factor, 1))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        scale = np.array([size[0] / width, size[1] / height])
        matrix = matrix * scale[:, None]
        matrix[:, 2] += (scale - 1) / 2
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, matrix, (WINDOW, WINDOW), flags=flags))


def face_coefficients(residual: Planes, frame: Frame) -> NDArray[np.float32]:
    """The face's coefficients of ``residual``, what the canvas part leaves: float32 (count,)."""
    return project(1, window(residual, frame) * weight()[:, :, None])


def reconstructed(known: Known, step_size: int, width: int, height: int) -> Planes:
    """Y, Co and Cg that a decoder makes of the canvas's coefficients: float32 (height, width, 3)."""
    planes = synthesis.canvas_planes(known.values(step_size), width, height)
    return np.asarray(planes / synthesis.UNIT, dtype=np.float32)


class RdoQuantiser:
    """Chooses levels by rate and distortion as the syntax asks for them: a coefficient is rounded down where
    the bits that this saves are worth more than the error that it adds."""

    def __init__(self, analysis: Analysis, begin: Texture) -> None:
        self._analysis, self._begin = analysis, begin
        self._scaled: list[NDArray[np.float32]] = [analysis.canvas / np.float32(steps.step(begin.step))]
        self._rate = RateEstimator()
        self._coder = ContextCoder(self._rate, payload.model())
        self.levels: tuple[list[int], list[int]] = ([], [])

    def choose(self, part: int, rank: int, offsets: Sequence[int]) -> int:
        if part and len(self._scaled) == 1:
            known = Known(tuple(self.levels[0]), (0,) * len(self.levels[0]))
            number = self._begin.step_numbers[1]
            values = self._analysis.face(known, steps.step(self._begin.step))
            self._scaled.append(values / np.float32(steps.step(number)))
        level = best_level(float(self._scaled[part][rank]), self._coder, self._rate, offsets)
        self.levels[part].append(level)
        return level


class Analysis:
    """The coefficients of a canvas picture, uint8 (H, W, 3) RGB, whose face lies in ``frame``. ``target``:
    its planes to approximate (see :func:`target`); ``canvas``: the canvas's coefficients.

    Raises ModelError where the transform is missing or altered.
    """

    def __init__(self, picture: NDArray[np.uint8], frame: Frame) -> None:
        self.height, self.width = picture.shape[:2]
        self.frame = frame
        self.target = target(picture)
        self.canvas = canvas_coefficients(self.target)

    def face(self, known: Known, step_size: int) -> NDArray[np.float32]:
        """The face's coefficients of what the decoded canvas part leaves of the picture, unquantised."""
        residual = self.target - reconstructed(known, step_size, self.width, self.height)
        return face_coefficients(residual, self.frame)

    def residual(self, texture: Texture) -> Planes:
        """The residual: target minus texture."""
        return self.target - texture.T.astype(np.float32) / np.float32(synthesis.UNIT)

    def quantise(self, step_number: int, face_offset: int, max_counts: tuple[int, int]) -> Texture:
        """A texture of both parts' levels, at most ``max_counts`` ranks of each. ``step_number``: that of the
        canvas's quantiser step; ``face_offset``, 0..3: how much coarser than finest the face's is."""
        begin = Texture(self.width, self.height, step_number, face_offset, self.frame, Known(), Known())
        quantiser = RdoQuantiser(self, begin)
        counts = (
            min(max_counts[0], _count(self.canvas, steps.step(step_number))),
            min(max_counts[1], tables.transform().face.count),
        )
        payload.size(None, Wanted(0, counts, quantiser.choose, begin))
        canvas, face = (_trimmed(part) for part in quantiser.levels)
        return replace(begin, canvas=canvas, face=face)


def _count(values: NDArray[np.float32], step_size: int) -> int:
    """How many coefficients there are up to the last that might not become 0."""
    large = np.flatnonzero(abs(values) >= step_size / 2)
    return int(large[-1]) + 1 if len(large) else 0


def _trimmed(levels: list[int]) -> Known:
    """Levels up to the last that is not 0."""
    while levels and not levels[-1]:
        levels.pop()
    return Known(tuple(levels), (0,) * len(levels))


def layer(texture: Texture, shift: int, counts: tuple[int, int] | None = None, first: bool = True) -> Wanted:
    """A layer of the levels without their lowest ``shift`` bits: of all ranks, or of the first ``counts`` of
    each part. ``first``: whether it is the file's first texture layer."""
    levels = texture.canvas.levels, texture.face.levels

    def choose(part: int, rank: int, offsets: Sequence[int]) -> int:
        if rank >= len(levels[part]):
            return 0
        level = levels[part][rank]
        size = abs(level) >> shift
        return -size if level < 0 else size

    if counts is None:
        counts = len(levels[0]), len(levels[1])
    begin = replace(texture, canvas=Known(), face=Known()) if first else None
    return Wanted(shift, counts, choose, begin)
