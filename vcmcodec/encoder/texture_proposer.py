"""Proposes texture and detail: the quantiser steps, ranks and layers that make the most of a budget."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.detail import quantise
from vcmcodec.encoder.detail import size as detail_size
from vcmcodec.encoder.proposer import Layers, Proposal
from vcmcodec.encoder.texture import Analysis, layer
from vcmcodec.layers.detail import payload as detail_payload
from vcmcodec.layers.detail.head import CODE as DETAIL
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.texture import payload, steps, synthesis
from vcmcodec.layers.texture.head import CODE, SHIFTS
from vcmcodec.layers.texture.part import Texture
from vcmcodec.scene import Scene

FINEST, COARSEST = 8, 127
"""Step numbers at quality 100 and 0."""

FRAMING = 4
"""Bytes of a layer besides its payload: kind, length below 128, check."""

_WASTE = FRAMING + 1 + 2
"""Bytes that one more layer costs, at most."""

LAYER_ENDS = 35, 120
"""Bytes, the file's header excluded, that the first and second layer may end at, at most."""

_HALVINGS = 6

_WORTH_A_LAYER = 1.9
"""A layer ends at one of LAYER_ENDS only where the whole texture is more than this many times as large."""

_USUAL = (30.0, 60.0, 120.0, 240.0, 420.0, 650.0, 1200.0), (112.0, 98.0, 84.0, 69.0, 58.0, 48.0, 34.0)
"""Bytes, and the step number that they suffice for on a usual face: where a search begins."""

_NUMBERS_PER_HALVING = 15
"""Step numbers that halve the bytes. (Sixteen double the step size.)"""

_ROUNDS = 12

_ALL = 1 << 13

_RANKS = (
    (36, 52, 60, 68, 76, 84, 92, 100, 108, 120, 127),
    (1500, 1500, 900, 600, 400, 300, 250, 170, 100, 32, 8),
)
"""Canvas step numbers, and how many ranks of the canvas are worth their bits: the face's own coefficients
hold the rest of the face in fewer bits."""

_FACE_RANKS = (104, 112, 120, 127), (1 << 13, 100, 20, 0)
"""Canvas step numbers, and how many ranks of the face are worth their bits."""

_FACE_STEP = 0
"""The face's step (see :func:`vcmcodec.layers.texture.part.face_step`): the finest. Against the next coarser
one it brings identity 5 % nearer and the landmarks of low-contrast faces 10 %, at the cost of .4 dB elsewhere
in the picture."""

_DETAIL = (58, 66), (16, -8)
"""Canvas step numbers, and by how many numbers the detail's step is finer than the face's (negative:
coarser). Above 66 no detail is coded: the bits do more in a finer texture. From 66 down to 58 detail gets
finer gradually, as all of it at once takes a fifth of a file."""

_FINER_DETAIL = 3
"""Between one canvas step number and the next finer one, detail gets finer by so many numbers, one by one: so
files come nearer to their budgets."""


def ranks(number: int) -> tuple[int, int]:
    """How many ranks of the canvas and of the face are worth their bits at a canvas step number."""
    return int(np.interp(number, *_RANKS)), int(np.interp(number, *_FACE_RANKS))


def step_number(quality: float) -> int:
    """The canvas step number at a ``quality``, 0 to 100."""
    return _whole_number(_exact(quality))


def quality_of(number: float) -> float:
    """The quality of a canvas step number, or of a detail between it and the next finer one."""
    return 100 * (COARSEST - number) / (COARSEST - FINEST)


def _exact(quality: float) -> float:
    """The canvas step number that a ``quality`` is, if numbers were not whole."""
    return COARSEST - (COARSEST - FINEST) * quality / 100


def _whole_number(exact: float) -> int:
    """The canvas step number of a texture whose detail lies between it and the next finer one."""
    return ceil(exact - 1e-6)  # floats are off by less


_SHARES = (0.008, 0.015, 0.03), (1.0, 0.9, 0.85)
"""Bits per canvas pixel of a file, and the texture's share of it where strokes follow: there PSNR is no worse
than without strokes, LPIPS better, identity a little worse (docs/ablations.md)."""


class TextureProposer:
    """The :class:`vcmcodec.encoder.proposer.BaseProposer` of texture and detail, for a canvas picture, uint8
    (H, W, 3) RGB. ``face``: whether to code coefficients of the face's own; ``detail``: whether to code
    the face's features at full resolution, too. ``fixed_share``: its share of a file where strokes follow;
    None for that of ``mixed``.

    Raises ModelError where the transform or the detector is missing or altered.
    """

    def __init__(
        self,
        canvas: NDArray[np.uint8],
        face: bool = True,
        detail: bool = True,
        fixed_share: float | None = None,
    ) -> None:
        self._canvas, self._analysis = canvas, Analysis(canvas, frames.find(canvas))
        self._face, self._detailed, self.fixed_share = face, face and detail, fixed_share
        self._made: dict[int, tuple[Texture, float]] = {}
        self._details: dict[tuple[int, int], tuple[Detail | None, float]] = {}

    def share(self, bpp: float) -> float:
        return float(np.interp(bpp, *_SHARES)) if self.fixed_share is None else self.fixed_share

    def quality(self, limit: float, header: int) -> float:
        low, high = FINEST, COARSEST + 1
        guess = int(np.interp(limit, *_USUAL))
        if self._made:  # by a search for another limit
            guess = min(self._made, key=lambda made: abs(self._whole(made, header) - limit))
            guess = _next(guess, self._whole(guess, header), limit)
        for number in range(_ROUNDS):
            guess = min(max(guess, low), high - 1)
            size = self._whole(guess, header)
            if size <= limit:
                high = guess
            else:
                low = guess + 1
            if low >= high:
                break
            guess = _next(guess, size, limit)
            if number >= _ROUNDS // 2:
                guess = (low + high) // 2
        if high > COARSEST:
            return 0.0
        finer = range(_FINER_DETAIL - 1, 0, -1) if self._detailed and high <= _DETAIL[0][-1] else ()
        for more in finer:
            exact = high - more / _FINER_DETAIL
            if self._whole(exact, header) <= limit:
                return quality_of(exact)
        return quality_of(high)

    def size(self, quality: float) -> float:
        """About how many bytes the layers at a ``quality`` take, framing included."""
        return FRAMING + self._size(_exact(quality))

    def error(self, quality: float) -> float:
        """The mean squared error of R, G and B, in squared levels, of what the texture shows."""
        shown = synthesis.rgb(self._quantised(step_number(quality))[0].T)
        return float(((self._canvas.astype(np.float32) - shown) ** 2).mean())

    def propose(self, quality: float) -> Proposal:
        texture, whole = self._quantised(step_number(quality))
        scene = Scene(texture.width, texture.height)
        layers: Layers = []
        for wanted in _layers(texture, whole):
            coded, scene = payload.encode(scene, wanted)
            layers.append((CODE, coded))
        detail, _ = self._detail(_exact(quality))
        if detail is not None:
            coded, scene = detail_payload.encode(scene, detail)
            layers.append((DETAIL, coded))
        return Proposal(scene, layers, len(layers))

    def _whole(self, number: float, header: int) -> float:
        """Bytes of a file of ``header`` bytes and the layers at a canvas step number."""
        return header + FRAMING + self._size(number)

    def _quantised(self, number: int) -> tuple[Texture, float]:
        """The texture at a canvas step number, and the bytes of its payload in one layer."""
        if number not in self._made:
            # Without a face all ranks are the canvas's.
            texture = self._analysis.quantise(number, _FACE_STEP, ranks(number) if self._face else (_ALL, 0))
            self._made[number] = texture, payload.size(None, layer(texture, 0))[0]
        return self._made[number]

    def _size(self, number: float) -> float:
        """Bytes of the layers at a canvas step number, without the framing of one."""
        _, whole = self._quantised(_whole_number(number))
        detail, size = self._detail(number)
        more = FRAMING + size if detail else 0
        return whole + _WASTE * sum(whole > _WORTH_A_LAYER * most for most in LAYER_ENDS) + more

    def _detail(self, exact: float) -> tuple[Detail | None, float]:
        """The detail for the texture at a canvas step number, None where it is not worth its bits; and the
        bytes of its payload."""
        number = _whole_number(exact)
        if not self._detailed or number > _DETAIL[0][-1]:
            return None, 0.0
        texture, _ = self._quantised(number)
        finer = round(np.interp(number, *_DETAIL) + _FINER_DETAIL * (number - exact))
        step = max(texture.step_numbers[1] - finer, 0)
        if (number, step) not in self._details:
            detail = quantise(self._analysis.residual(texture), texture.frame, step)
            self._details[number, step] = detail, detail_size(detail)
        return self._details[number, step]


def _next(number: int, size: float, limit: float) -> int:
    """The step number to try next, when ``number`` gave ``size`` bytes.

    The size halves about every _NUMBERS_PER_HALVING numbers; the guess is rounded away from ``number``, to
    land on the other side of ``limit``.
    """
    away = _NUMBERS_PER_HALVING * float(np.log2(size / max(limit, 1)))
    return number + (int(np.ceil(away)) if away > 0 else min(int(np.floor(away)), -1))


def _layers(texture: Texture, whole: float) -> list[payload.Wanted]:
    """The layers, from the first on, of a texture that takes ``whole`` bytes in one layer."""
    wanted: list[payload.Wanted] = []
    known: Texture | None = None
    taken = 0.0
    for most in LAYER_ENDS:
        if whole <= _WORTH_A_LAYER * most:
            break
        found = _fitting(texture, known, most - taken, whole / most)
        if found is not None:
            wanted.append(found[0])
            taken += found[1]
            known = found[2]
    wanted.append(layer(texture, 0, first=not wanted))
    return wanted


def _fitting(
    texture: Texture, known: Texture | None, most: float, larger: float
) -> tuple[payload.Wanted, float, Texture] | None:
    """The layer of at most ``most`` bytes, framing included, that lowers the squared error the most; its
    bytes; and the texture known with it. None where nothing fits. ``known``: the texture of the layers
    before; ``larger``: the whole texture's bytes over those at which the file's layers are to end."""
    counts = len(texture.canvas.levels), len(texture.face.levels)
    # Try two shifts: the one at which all ranks about fit, and the next finer one with fewer ranks.
    octaves = float(np.log2(larger)) * _NUMBERS_PER_HALVING / 16
    best: tuple[float, payload.Wanted, float, Texture] | None = None
    for shift in sorted({min(max(int(octaves) + more, 0), SHIFTS - 1) for more in (0, 1)}):
        low, high, share = 0.0, 1.0, 1.0
        for _ in range(_HALVINGS):
            part = int(counts[0] * share), int(counts[1] * share)
            wanted = layer(texture, shift, part, known is None)
            size, made = payload.size(known, wanted)
            if size + FRAMING <= most:
                gain = _gain(texture, made)
                if best is None or gain > best[0]:
                    best = gain, wanted, size + FRAMING, made
                low = share
                if share == 1:
                    break
            else:
                high = share
            share = (low + high) / 2
    return best[1:] if best else None


def _gain(texture: Texture, known: Texture) -> float:
    """How much squared error ``known`` removes of a ``texture``'s, compared with coding nothing."""
    total = 0.0
    for number, whole, part in zip(texture.step_numbers, texture.parts, known.parts):
        size = steps.step(number)
        goal = whole.values(size).astype(np.float64)
        found = np.zeros_like(goal)
        values = part.values(size)[: len(goal)]
        found[: len(values)] = values
        total += float((goal**2 - (goal - found) ** 2).sum())
    return total
