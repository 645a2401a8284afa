"""How many bytes go to strokes, and how many to colours: operating points, and files that keep a budget.

Encoder only; nothing here is normative.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec import container
from vcmcodec.container import Header
from vcmcodec.errors import BudgetError
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.edges import head as edge_head
from vcmcodec.layers.edges import payload as edge_layer
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.scene import Scene

if TYPE_CHECKING:
    from vcmcodec.analysis.sketch import Sketch

PRESETS = {"tiny": 0.015, "small": 0.03, "normal": 0.05, "fine": 0.08}
"""Bits per canvas pixel of whole files, by name: never exceeded, but for canvases so small that not even
the least of strokes fits."""

DEFAULT = "normal"

DEAREST, CHEAPEST = 5.0, 0.06
"""What a bit costs at quality 0 and at 100 (see :meth:`vcmcodec.analysis.sketch.Sketch.drawing`)."""

_STEPS = ((0.12, 3), (0.4, 4), (1.0, 5))
_LAST_STEP = 6

_SHARES = ((0.0, 0.8), (0.015, 0.72), (0.03, 0.6), (0.05, 0.55), (0.08, 0.52))
"""Which share of a file of so many bits per canvas pixel goes to the base layer and the header, as
measured: the best for landmarks and LPIPS together lies near it."""

CUTS = (16, 48, 128)
"""Colour layers end at these numbers of reference pixels, and at the last one."""

_WORTH_A_CUT = 1.5
"""A layer ends there only where this many times as many colours follow: it costs six bytes."""

_USUAL = (80.0, 110.0, 180.0, 210.0, 250.0), (5.0, 30.0, 60.0, 75.0, 95.0)
"""Bytes that strokes take, and the quality at which they do on a face of 256 x 256 pixels: where a search
begins."""

_GROWTH = 0.015
"""By how much a point of quality makes strokes larger."""

_ROUNDS, _CLOSE = 10, 0.97
"""A search takes no more rounds, and ends where it is this close."""

_STEPS_BY_GROWTH = 2
"""Steps that a search takes by _GROWTH before it halves."""

_LAYER = 5
"""Bytes of a layer besides its payload, at most, for payloads that go with budgets."""

_SPARE = 0.04
"""Where this share of a budget is left over, strokes get it."""

_LAST = 16
"""But for so many bytes, where colours would go otherwise."""

Layers = list[tuple[int, bytes]]


class Point(NamedTuple):
    """The settings of a quality: the ``price`` of a bit and the quantiser ``step`` of the strokes, in
    half-pixels; the number of the ``colour_steps``."""

    price: float
    step: int
    colour_steps: int


def point(quality: float) -> Point:
    """The settings of a ``quality``, 0 to 100."""
    price = DEAREST * (CHEAPEST / DEAREST) ** (quality / 100)
    step = next((step for below, step in _STEPS if price < below), _LAST_STEP)
    return Point(price, step, 4 if price > 1 else 3 if price > 0.4 else 2)


@dataclass(frozen=True)
class Goal:
    """What a file is to be: at most ``limit`` bytes, or of a ``quality``, 0 to 100; one of them is
    None. ``strict``: too few bytes are an error; else the least file will do. ``detail``: the quality
    of the strokes alone, None for what goes with the rest. ``colours``: the most reference pixels, None
    for as many as are worth it."""

    limit: int | None = None
    quality: float | None = None
    detail: float | None = None
    colours: int | None = None
    strict: bool = True


def goal(
    *,
    picture: int,
    canvas: int,
    preset: str | None = None,
    bytes: int | None = None,
    bpp: float | None = None,
    quality: float | None = None,
    detail: float | None = None,
    colours: int | None = None,
) -> Goal:
    """The goal that the arguments of :func:`vcmcodec.encode` name, for a ``picture`` and a ``canvas`` of
    so many pixels.

    Raises ValueError for more than one size, and for what is out of range.
    """
    sizes = {"preset": preset, "bytes": bytes, "bpp": bpp, "quality": quality}
    given = [name for name, value in sizes.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)}: a file has one size")
    if colours is not None and colours < 0:
        raise ValueError(f"colours {colours} is below 0")
    for name, value in (("quality", quality), ("detail", detail)):
        if value is not None and not 0 <= value <= 100:
            raise ValueError(f"{name} {value} is not in 0..100")
    if bytes is not None and bytes < 0:
        raise ValueError(f"bytes {bytes} is below 0")
    if bpp is not None and not 0 <= bpp <= 24:
        raise ValueError(f"bpp {bpp} is not in 0..24")
    if quality is not None:
        return Goal(None, quality, detail, colours)
    if bpp is not None:
        bytes = int(bpp * picture / 8)
    elif bytes is None:
        if preset is not None and preset not in PRESETS:
            raise ValueError(f"preset {preset!r} is none of {', '.join(PRESETS)}")
        bytes = int(PRESETS[preset or DEFAULT] * canvas / 8)
    return Goal(bytes, None, detail, colours, strict=detail is not None or given not in ([], ["preset"]))


def share(bpp: float) -> float:
    """Which share of a file of ``bpp`` bits per canvas pixel goes to the strokes."""
    return float(np.interp(bpp, [rate for rate, _ in _SHARES], [part for _, part in _SHARES]))


class Planner:
    """Finds the layers that reach a goal, for one picture, ``canvas`` of uint8 (H, W, 3) RGB, and its
    ``sketch``."""

    def __init__(self, sketch: Sketch, canvas: NDArray[np.uint8], header: Header, goal: Goal) -> None:
        self._sketch, self._canvas, self._header, self._goal = sketch, canvas, header, goal
        self._pixels = sketch.width * sketch.height
        self._drawings: dict[float, Drawing] = {}
        self._frame = len(container.write(header, []))

    def run(self) -> tuple[Scene, Layers]:
        """The layers (kind, payload), and the scene that a decoder will make of them.

        Raises BudgetError where the goal's bytes do not hold the least that a face takes, ModelError for
        a missing or altered model file.
        """
        goal = self._goal
        if goal.limit is None:
            assert goal.quality is not None
            drawing, base = self._drawn(goal.quality)
            whole = self._whole(self._size(base))
            if goal.detail is not None:
                drawing, base = self._drawn(goal.detail)
            return self._coloured(drawing, base, goal.quality, whole)
        if goal.detail is not None:
            return self._from(goal.detail, goal.limit, lower=False)
        strokes = goal.limit if goal.colours == 0 else share(8 * goal.limit / self._pixels) * goal.limit
        found = self._from(self._quality(strokes), goal.limit)
        spare = goal.limit - self._size(*found[1])
        if spare > _SPARE * goal.limit:
            for more in (spare, spare - _LAST):
                larger = self._from(self._quality(strokes + more), goal.limit)
                if len(larger[0].known) >= len(found[0].known):
                    return max(found, larger, key=lambda made: self._size(*made[1]))
        return found

    def _from(self, quality: float, limit: int, lower: bool = True) -> tuple[Scene, Layers]:
        """Layers within ``limit`` bytes with strokes of this quality; of a ``lower`` one, if need be."""
        while True:
            drawing, base = self._drawn(quality)
            if self._size(base) <= limit:
                return self._coloured(drawing, base, quality, limit)
            if not self._goal.strict and (quality == 0 or not lower):
                return drawing.scene, [base]
            if quality == 0 or not lower:
                least = self._size(self._drawn(0)[1])
                what = "face" if lower or least > limit else f"detail of {quality:g}"
                least = least if what == "face" else self._size(base)
                raise BudgetError(
                    f"a budget of {limit} bytes is too small for this {what}: the least is {least}"
                )
            quality = max(quality - 1, 0)

    def _quality(self, strokes: float) -> float:
        """About the highest quality whose strokes, with header and framing, take at most so many bytes; 0
        where none does."""
        low, high = 0.0, 100.0
        best, guess = 0.0, float(np.interp(strokes, *_USUAL))
        for number in range(_ROUNDS):
            size = self._frame + _LAYER + edge_layer.size(self._drawing(guess))
            if size <= strokes:
                best = low = guess
                if size > _CLOSE * strokes or guess == 100:
                    break
            else:
                high = guess
            if high - low < 0.5:
                break
            # As sizes mostly grow, and a little less than that, so that the last guess is below; then halves.
            guess += math.log(max(strokes, 1) / size) / _GROWTH - 0.3
            if number >= _STEPS_BY_GROWTH or not low < guess < high:
                guess = high if high == 100 and guess >= 100 else (low + high) / 2
        return best

    def _drawing(self, quality: float) -> Drawing:
        if quality not in self._drawings:
            settings = point(quality)
            self._drawings[quality] = self._sketch.drawing(settings.price, settings.step)
        return self._drawings[quality]

    def _drawn(self, quality: float) -> tuple[Drawing, tuple[int, bytes]]:
        drawing = self._drawing(quality)
        return drawing, (edge_head.CODE, edge_layer.encode(drawing))

    def _size(self, *layers: tuple[int, bytes]) -> int:
        """Bytes of a file of these layers."""
        return len(container.write(self._header, layers))

    def _whole(self, base: int) -> int:
        """Bytes of the file whose strokes should take ``base``."""
        whole = float(base)
        for _ in range(4):
            whole = base / share(8 * whole / self._pixels)
        return round(whole)

    def _coloured(
        self, drawing: Drawing, base: tuple[int, bytes], quality: float, limit: int
    ) -> tuple[Scene, Layers]:
        """The layers of ``base`` and of as many colours as fit ``limit`` bytes, as exact as fits."""
        scene = drawing.scene
        most = len(drawing.places)
        if self._goal.colours is not None:
            most = min(most, self._goal.colours)
        if most == 0:
            return scene, [base]
        wanted = pick(self._canvas, drawing.places[:most])
        spare = limit - self._size(base)
        steps = point(quality).colour_steps
        costs = colour_layer.costs(scene, wanted, steps)
        while steps > 0 and costs.sizes[-1] < spare:  # exact colours where all of them fit
            exact = colour_layer.costs(scene, wanted, steps - 1)
            if exact.sizes[-1] + _framing(most) > spare:
                break
            costs, steps = exact, steps - 1
        fitting = (n for n in range(costs.telling, 0, -1) if costs.sizes[n - 1] + _framing(n) <= spare)
        count = next(fitting, 0)
        while count:
            made, layers = self._layers(scene, wanted[:count], steps)
            if self._size(base, *layers) <= limit:
                return made, [base, *layers]
            count -= 1
        return scene, [base]

    def _layers(
        self, scene: Scene, wanted: Sequence[tuple[int, int, int]], steps: int
    ) -> tuple[Scene, Layers]:
        """Colour layers of ``wanted``, and the scene with them."""
        layers: Layers = []
        for end in ends(len(wanted)):
            payload, scene = colour_layer.encode(scene, wanted[len(scene.known) : end], steps)
            layers.append((colour_head.CODE, payload))
        return scene, layers


def ends(count: int) -> list[int]:
    """Where the layers of ``count`` colours end."""
    return [*(cut for cut in CUTS if cut * _WORTH_A_CUT <= count), count]


def _framing(count: int) -> int:
    """Bytes that the layers of ``count`` colours take besides their coded parts: kind, length, check,
    profile, count."""
    return 6 * len(ends(count))


def pick(canvas: NDArray[np.uint8], where: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The RGB of ``canvas``, uint8 (H, W, 3), at pixels (x, y)."""
    return [(int(r), int(g), int(b)) for r, g, b in (canvas[y, x] for x, y in where)]
