"""Shares the bytes of a file among proposers of layers, of whatever kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vcmcodec.encoder.goal import Goal
from vcmcodec.encoder.proposer import BaseProposer, Layers, Proposal, Proposer
from vcmcodec.errors import BudgetError
from vcmcodec.format import container
from vcmcodec.format.canvas import canvas_size
from vcmcodec.format.container import Header
from vcmcodec.scene import Scene

_SPARE = 0.04
"""Where a larger share of the budget is left over, the base layer is made again with it."""

_LAST = 16
"""Where an enhancement layer would lose by that, the base layer gets this many bytes less than all of it."""


class _File(NamedTuple):
    """Layers of a file, the scene that a decoder makes of them, and the gain of each enhancement."""

    scene: Scene
    layers: Layers
    gains: Sequence[float] = ()


class RateControl:
    """Finds the layers that reach a ``goal``, of ``base`` and of ``others`` in their order, for one
    picture. ``reserved``: bytes of layers that others add to the file."""

    def __init__(
        self,
        base: BaseProposer,
        others: Sequence[Proposer],
        header: Header,
        goal: Goal,
        reserved: int = 0,
    ) -> None:
        self._base, self._others, self._header, self._goal = base, others, header, goal
        width, height = canvas_size(header.width, header.height, header.side)
        self._pixels = width * height
        self._frame = len(container.write(header, [])) + reserved

    def run(self) -> tuple[Scene, Layers]:
        """The layers (kind, payload), and the scene that a decoder will make of them.

        Raises BudgetError where the goal's bytes do not hold the least that a face takes, ModelError for
        a missing or altered model file.
        """
        found = self._run()
        return found.scene, found.layers

    def _run(self) -> _File:
        goal = self._goal
        if goal.limit is None:
            assert goal.quality is not None
            base = self._base.propose(goal.quality)
            whole = self._whole(self._size(base.layers))
            if goal.detail is not None:
                base = self._base.propose(goal.detail)
            return self._enhanced(base, goal.quality, whole)
        if goal.detail is not None:
            return self._from(goal.detail, goal.limit, lower=False)
        first = self._base.share(8 * goal.limit / self._pixels) * goal.limit if self._others else goal.limit
        found = self._from(self._base.quality(first, self._frame), goal.limit)
        spare = goal.limit - self._size(found.layers)
        if spare > _SPARE * goal.limit:
            for more in (spare, spare - _LAST):
                larger = self._from(self._base.quality(first + more, self._frame), goal.limit)
                if _no_worse(larger, found):
                    return max(found, larger, key=lambda made: self._size(made.layers))
        return found

    def _from(self, quality: float, limit: int, lower: bool = True) -> _File:
        """Layers within ``limit`` bytes with a base of this quality; of a ``lower`` one, if need be."""
        while True:
            base = self._base.propose(quality)
            size = self._size(base.layers)
            if size <= limit:
                return self._enhanced(base, quality, limit)
            if not self._goal.strict and (quality == 0 or not lower):
                return _File(base.scene, base.layers, [0.0] * len(self._others))
            if quality == 0 or not lower:
                least = self._size(self._base.propose(0).layers)
                what = "face" if lower or least > limit else f"detail of {quality:g}"
                least = least if what == "face" else size
                raise BudgetError(
                    f"a budget of {limit} bytes is too small for this {what}: the least is {least}"
                )
            quality = max(quality - 1, 0)

    def _enhanced(self, base: Proposal, quality: float, limit: int) -> _File:
        """The layers of ``base``, and what the other proposers add within ``limit`` bytes."""
        scene, layers, gains = base.scene, list(base.layers), []
        for number, proposer in enumerate(self._others):
            left = limit - self._size(layers)
            if number < len(self._others) - 1:
                left = min(left, int(proposer.share(8 * limit / self._pixels) * limit))
            made = proposer.propose(scene, left, quality)
            scene, layers = made.scene, layers + made.layers
            gains.append(made.gain)
        return _File(scene, layers, gains)

    def _size(self, layers: Layers) -> int:
        """Bytes of a file of these layers."""
        return self._frame + container.framed(layers)

    def _whole(self, base: int) -> int:
        """Bytes of the file whose base layer and header should take ``base``."""
        whole = float(base)
        for _ in range(4):
            whole = base / self._base.share(8 * whole / self._pixels)
        return round(whole)


def _no_worse(one: _File, other: _File) -> bool:
    """Whether each enhancement of ``one`` gains as much as that of ``other``."""
    return all(a >= b for a, b in zip(one.gains, other.gains))
