"""Proposes texture and detail: the quantiser steps, ranks and layers that spend a number of bytes best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vcmcodec.encoder import frame as frames
from vcmcodec.encoder.detail import quantise
from vcmcodec.encoder.detail import size as detail_size
from vcmcodec.encoder.proposer import Layers, Proposal
from vcmcodec.encoder.texture import ERROR, Analysis, layer
from vcmcodec.layers.detail import payload as detail_payload
from vcmcodec.layers.detail.head import CODE as DETAIL
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.texture import payload, steps
from vcmcodec.layers.texture.head import CODE, SHIFTS
from vcmcodec.layers.texture.part import Texture
from vcmcodec.scene import Scene

FINEST, COARSEST = 8, 127
"""Numbers of the quantiser steps at quality 100 and 0."""

FRAMING = 4
"""Bytes of a layer besides its payload: kind, length below 128, check."""

_WASTE = FRAMING + 1 + 2
"""Bytes that one more layer takes, at most."""

LAYERS = 35, 120
"""Bytes that the first layers end at, at most."""

_HALVINGS = 6

_WORTH_A_LAYER = 1.9
"""A layer ends there only where the file is this many times as large."""

_USUAL = (30.0, 60.0, 120.0, 240.0, 420.0, 650.0, 1200.0), (112.0, 98.0, 84.0, 69.0, 58.0, 48.0, 34.0)
"""Bytes, and the number of the step that they are enough for on a usual face: where a search begins."""

_STEPS_AN_OCTAVE = 15
_ROUNDS = 12

_ALL = 1 << 13

_RANKS = (
    (36, 52, 60, 68, 76, 84, 92, 100, 108, 120, 127),
    (1500, 1500, 900, 600, 400, 300, 250, 170, 100, 32, 8),
)
"""Numbers of the canvas's step, and how many ranks of the canvas are worth their bits: what is left of the
face, its own coefficients hold in fewer."""

_FACE_RANKS = (104, 112, 120, 127), (1 << 13, 100, 20, 0)
"""The same of the face."""

_FACE_STEP = 0
"""The face's step (see :func:`vcmcodec.layers.texture.part.face_step`): as fine as there is. Against the next
coarser one identity is 5 % nearer and the landmarks of low-contrast faces 10 %, for .4 dB of the rest."""

_DETAIL = (58, 66), (16, -8)
"""Numbers of the canvas's step, and by how many numbers the detail's is below the face's, whose errors count
more already; beyond the last there is none: texture reaches more with finer steps. Between the two detail
comes in little by little, so that no file is too small for the next step's detail and too large for its
own."""


def ranks(number: int) -> tuple[int, int]:
    """How many ranks of the canvas and of the face are worth their bits at the step of that number."""
    return int(np.interp(number, *_RANKS)), int(np.interp(number, *_FACE_RANKS))


def step(quality: float) -> int:
    """The number of the quantiser step at a ``quality``, 0 to 100."""
    return round(COARSEST - (COARSEST - FINEST) * quality / 100)


def quality_of(step: int) -> float:
    """The quality whose step has that number."""
    return 100 * (COARSEST - step) / (COARSEST - FINEST)


_SHARES = (0.008, 0.015, 0.03), (1.0, 0.9, 0.85)
"""Bits per canvas pixel of a file, and its share that goes to texture where strokes follow: PSNR is no worse
than without strokes there, LPIPS better, identity a little worse (docs/ablations.md)."""


class TextureProposer:
    """The :class:`vcmcodec.encoder.proposer.BaseProposer` of texture and detail, for a canvas picture, uint8
    (H, W, 3) RGB. ``face``: whether there are bits for the face in its frame, and ``detail``: for its
    features at full resolution. ``part``: which share of a file goes to it; None for what ``mixed`` gives
    where strokes follow.

    Raises ModelError where the transform or the detector is missing or altered.
    """

    def __init__(
        self,
        canvas: NDArray[np.uint8],
        face: bool = True,
        detail: bool = True,
        part: float | None = None,
    ) -> None:
        self._analysis = Analysis(canvas, frames.find(canvas))
        self._face, self._detailed, self.part = face, face and detail, part
        self._made: dict[int, tuple[Texture, float]] = {}
        self._details: dict[int, Detail | None] = {}

    def share(self, bpp: float) -> float:
        return float(np.interp(bpp, *_SHARES)) if self.part is None else self.part

    def quality(self, limit: float, header: int) -> float:
        low, high = FINEST, COARSEST + 1
        guess = int(np.interp(limit, *_USUAL))
        if self._made:  # for another limit
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
        return quality_of(high) if high <= COARSEST else 0.0

    def size(self, quality: float) -> float:
        """About the bytes of the layers at a ``quality``, framing included."""
        return FRAMING + self._size(step(quality))

    def error(self, quality: float) -> float:
        """The mean squared error, in levels of R, G and B, of the texture at a ``quality``."""
        rest = self._analysis.rest(self._quantised(step(quality))[0])
        return float((rest**2 @ np.array(ERROR, dtype=np.float32)).mean() / 3)

    def propose(self, quality: float) -> Proposal:
        texture, whole = self._quantised(step(quality))
        scene = Scene(texture.width, texture.height)
        layers: Layers = []
        for wanted in _layers(texture, whole):
            coded, scene = payload.encode(scene, wanted)
            layers.append((CODE, coded))
        if (more := self._detail(step(quality))) is not None:
            coded, scene = detail_payload.encode(scene, more)
            layers.append((DETAIL, coded))
        return Proposal(scene, layers, len(layers))

    def _whole(self, number: int, header: int) -> float:
        """Bytes of a file of these layers behind ``header`` bytes."""
        return header + FRAMING + self._size(number)

    def _quantised(self, number: int) -> tuple[Texture, float]:
        """The texture at the step of that number, and the bytes of its payload in one layer."""
        if number not in self._made:
            # Without a face all ranks are the canvas's.
            texture = self._analysis.quantise(number, _FACE_STEP, ranks(number) if self._face else (_ALL, 0))
            self._made[number] = texture, payload.size(None, layer(texture, 0))[0]
        return self._made[number]

    def _size(self, number: int) -> float:
        """Bytes of the layers' payloads, and of the framing of all but one."""
        _, whole = self._quantised(number)
        detail = self._detail(number)
        more = FRAMING + detail_size(detail) if detail else 0
        return whole + _WASTE * sum(whole > _WORTH_A_LAYER * most for most in LAYERS) + more

    def _detail(self, number: int) -> Detail | None:
        """The detail that goes with the texture at the step of that number; None where none is worth it."""
        if not self._detailed or number > _DETAIL[0][-1]:
            return None
        if number not in self._details:
            texture, _ = self._quantised(number)
            step = max(texture.step_numbers[1] - round(np.interp(number, *_DETAIL)), 0)
            self._details[number] = quantise(self._analysis.rest(texture), texture.frame, step)
        return self._details[number]


def _next(number: int, size: float, limit: float) -> int:
    """A step of a file of about ``limit`` bytes, where that of ``number`` makes ``size``: as sizes go with
    steps almost evenly, and a little more, so that this guess lies on the other side."""
    away = _STEPS_AN_OCTAVE * float(np.log2(size / max(limit, 1)))
    return number + (int(np.ceil(away)) if away > 0 else min(int(np.floor(away)), -1))


def _layers(texture: Texture, whole: float) -> list[payload.Wanted]:
    """The layers of a texture that takes ``whole`` bytes in one, from the basic one on."""
    wanted: list[payload.Wanted] = []
    known: Texture | None = None
    taken = 0.0
    for most in LAYERS:
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
    """The layer of at most ``most`` bytes that removes most of the error, of a ``texture`` that takes
    ``larger`` times as many; its bytes, and what is known with it. None where nothing fits."""
    counts = len(texture.canvas.levels), len(texture.face.levels)
    # As many ranks as there are, at the step that this takes; and fewer of the next finer one.
    usual = float(np.log2(larger)) * _STEPS_AN_OCTAVE / 16
    best: tuple[float, payload.Wanted, float, Texture] | None = None
    for shift in sorted({min(max(int(usual) + more, 0), SHIFTS - 1) for more in (0, 1)}):
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
    """The squared error that what is ``known`` of a ``texture`` spares, against nothing."""
    total = 0.0
    for number, whole, part in zip(texture.step_numbers, texture.parts, known.parts):
        size = steps.step(number)
        goal = whole.values(size).astype(np.float64)
        found = np.zeros_like(goal)
        values = part.values(size)[: len(goal)]
        found[: len(values)] = values
        total += float((goal**2 - (goal - found) ** 2).sum())
    return total
