"""Training batches from packs (see :mod:`vcmcodec.train.data.dataset_build`): inputs of contract 3,
pictures and marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vcmcodec.errors import ModelError
from vcmcodec.render import inputs
from vcmcodec.render.contracts import facts_of
from vcmcodec.scene import DETAIL, TEXTURE, Scene
from vcmcodec.train.data import textures

SIDE = 256

_MIRRORED = [1, 0, 2, 4, 3]
"""Which mark becomes which in a mirror: eyes and corners of the mouth change sides."""

_TONES = (60, 90, 120, 150, 180)
"""Bounds of groups of faces by how bright the skin is."""

_MOST_OFTEN = 4.0
"""How many times as often as another a picture is drawn, at most."""

_LIGHT, _COLOUR = 0.08, 0.04
"""Standard deviations of the change of light and of each colour that is drawn anew each time."""


_DETAILED = 0.7
"""How often detail is known where there is any."""


class Mixture(NamedTuple):
    """What is known of a picture: ``strokes`` or none; the first ``colours`` colours (None: all); which
    ``texture`` (None: none), known up to its lowest ``shift`` bits; and whether its detail is known, too,
    where it has any and no bits lack."""

    strokes: bool = True
    colours: int | None = 0
    texture: int | None = None
    shift: int = 0
    detailed: bool = True


class Shares(NamedTuple):
    """How often mixtures are drawn: ``texture`` alone, texture and ``strokes``, strokes and ``colours``, the
    rest strokes alone; and how often a texture is one that a layer was ``cut`` off."""

    texture: float
    strokes: float
    colours: float
    cut: float


class Change(NamedTuple):
    """How a picture and all that is known of it are changed: ``mirrored``, and each colour ``gain`` times as
    bright."""

    mirrored: bool = False
    gain: tuple[float, ...] = (1.0, 1.0, 1.0)


class Batch(NamedTuple):
    """``x`` float32 (B, 8, 256, 256) and ``known`` (B, 4), the network's inputs; ``target`` float32
    (B, 3, 256, 256), RGB in -1..1; ``marks`` float32 (B, 5, 2), x and y in pixels, NaN where unknown."""

    x: Tensor
    known: Tensor
    target: Tensor
    marks: Tensor


class _Shard:
    """The arrays of one file, and what they hold of one row."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self._arrays = {name: arrays[name] for name in arrays.files}
        if str(self._arrays["transform"]) != textures.transform():
            raise ModelError(f"{path} is of another transform than the one that models.json names")
        self.marks: NDArray[np.float32] = self._arrays["marks"]
        self.tone: NDArray[np.float32] = self._arrays["tone"]
        self.sources = [str(name).split("/")[0] for name in self._arrays["name"]]
        self.textures = self._arrays["textures"].shape[1]
        self._kept: dict[tuple[int, int | None, bool], NDArray[np.uint8]] = {}

    def __len__(self) -> int:
        return len(self.marks)

    def _part(self, name: str, offsets: str, row: int) -> NDArray[np.generic]:
        start, end = self._arrays[offsets][row : row + 2]
        return self._arrays[name][start:end]

    def target(self, row: int) -> NDArray[np.uint8]:
        file = self._part("target_bytes", "target_offsets", row).tobytes()
        return textures.canvas(file)

    def E(self, row: int) -> NDArray[np.uint8]:
        return np.unpackbits(self._arrays["E"][row]).reshape(SIDE, SIDE)

    def colours(self, row: int) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
        """Places, (n, 2), and RGB, (n, 3)."""
        return (
            self._part("places", "place_offsets", row).astype(np.int16),
            self._part("colours", "place_offsets", row).astype(np.uint8),
        )

    def texture(self, row: int, mixture: Mixture) -> Scene:
        """The row's texture that a mixture names, as far as it is known."""
        assert mixture.texture is not None
        return textures.read(self._arrays, row, mixture.texture, mixture.shift, SIDE, mixture.detailed)

    def rgb(self, row: int, mixture: Mixture, scene: Scene) -> NDArray[np.uint8]:
        """The same as a picture, (SIDE, SIDE, 3); kept where it is a whole one."""
        kept = None if mixture.shift else (row, mixture.texture, DETAIL in scene.parts)
        found = self._kept.get(kept) if kept else None
        if found is None:
            found = scene.shown
            assert found is not None
            if kept:
                self._kept[kept] = found
        return found


class Pack:
    """All faces of a pack's shards, 30 KB a face; pictures and textures are made when they are asked for, and
    these kept, 200 KB each.

    Raises ModelError where the textures are of another transform.
    """

    def __init__(self, folder: Path, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        self._folder = folder
        self._shards: dict[Path, _Shard] = {}
        self._rows: list[tuple[_Shard, int]] = []
        self._chances: NDArray[np.float64] = np.zeros(0)
        self.refresh()

    def refresh(self) -> int:
        """Takes in shards that were added to the folder; how many faces that are."""
        before = len(self._rows)
        for path in sorted(self._folder.glob("pack-???.npz")):
            if path not in self._shards:
                shard = self._shards[path] = _Shard(path)
                self._rows += [(shard, row) for row in range(len(shard))]
        if len(self._rows) > before:
            self._chances = self._weighed()
        return len(self._rows) - before

    def _weighed(self) -> NDArray[np.float64]:
        """How probable each face is: rare tones of skin and rare sources are drawn oftener."""
        tones = np.array([shard.tone[row] for shard, row in self._rows])
        groups = np.where(np.isnan(tones), len(_TONES) + 1, np.searchsorted(_TONES, tones))
        sources = np.unique([shard.sources[row] for shard, row in self._rows], return_inverse=True)[1]
        weight = np.ones(len(tones))
        for kinds, power in ((groups, 0.6), (sources, 0.35)):
            weight *= np.bincount(kinds)[kinds] ** -power
        weight = np.minimum(weight / weight.min(), _MOST_OFTEN)
        return np.asarray(np.cumsum(weight) / weight.sum())

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def marked(self) -> int:
        """How many faces have marks."""
        return sum(int(np.isfinite(shard.marks).all(axis=(1, 2)).sum()) for shard in self._shards.values())

    def places(self, index: int) -> int:
        """How many reference pixels a face has."""
        shard, row = self._rows[index]
        return len(shard.colours(row)[0])

    def batch(
        self, indices: Sequence[int], mixtures: Sequence[Mixture], changes: Sequence[Change] | None = None
    ) -> Batch:
        """These faces, each with what its mixture says, changed or as they are."""
        size = len(indices)
        x = np.zeros((size, inputs.PLANES, SIDE, SIDE), dtype=np.float32)
        known = np.zeros((size, inputs.FACTS), dtype=np.float32)
        target = np.empty((size, 3, SIDE, SIDE), dtype=np.float32)
        marks = np.empty((size, 5, 2), dtype=np.float32)
        changes = changes or [Change()] * size
        for item, (index, mixture, change) in enumerate(zip(indices, mixtures, changes)):
            shard, row = self._rows[index]
            scale = _Scale(change.gain)
            picture, planes = target[item], x[item]
            marks[item] = shard.marks[row]
            if change.mirrored:
                picture, planes = picture[:, :, ::-1], planes[:, :, ::-1]
                marks[item] = marks[item, _MIRRORED] * [-1, 1] + [SIDE - 1, 0]
            scale.fill(picture, shard.target(row))
            count, texture = 0, None
            if mixture.strokes:
                planes[inputs.E] = shard.E(row)
                at, rgb = shard.colours(row)
                at, rgb = at[: mixture.colours], rgb[: mixture.colours]
                planes[inputs.M, at[:, 1], at[:, 0]] = 1
                planes[inputs.C, at[:, 1], at[:, 0]] = scale.of(rgb)
                count = len(at)
            if mixture.texture is not None:
                scene = shard.texture(row, mixture)
                scale.fill(planes[inputs.T], shard.rgb(row, mixture, scene))
                texture = scene.part(TEXTURE)
            known[item] = facts_of(mixture.strokes, count > 0, texture)
        return Batch(*(torch.from_numpy(part).to(self.device) for part in (x, known, target, marks)))

    def mixture(self, index: int, shares: Shares, rng: np.random.Generator) -> Mixture:
        """A random mixture for a face. Of strokes and colours, half have all, the others any number of
        these, small ones oftener."""
        draw, total = rng.random(), self.places(index)
        shift = int(rng.integers(1, 3)) if rng.random() < shares.cut else 0
        texture = int(rng.integers(self._rows[index][0].textures))
        detailed = bool(rng.random() < _DETAILED)
        if draw < shares.texture:
            return Mixture(False, 0, texture, shift, detailed)
        if draw < shares.texture + shares.strokes:
            return Mixture(True, 0, texture, shift, detailed)
        if draw >= shares.texture + shares.strokes + shares.colours or not total:
            return Mixture()
        some = rng.random() < 0.5
        return Mixture(True, int(math.exp(rng.uniform(0, math.log(total)))) if some else None)

    def random(self, size: int, shares: Shares, rng: np.random.Generator) -> Batch:
        """``size`` random faces with random mixtures, changed at random in ways that leave all consistent:
        mirrored, and relit a little."""
        drawn = np.searchsorted(self._chances, rng.random(size))
        indices = np.minimum(drawn, len(self) - 1).tolist()
        light = np.exp(rng.normal(0, _LIGHT, (size, 1)) + rng.normal(0, _COLOUR, (size, 3)))
        changes = [Change(bool(rng.random() < 0.5), tuple(gain)) for gain in light.tolist()]
        return self.batch(indices, [self.mixture(index, shares, rng) for index in indices], changes)


class _Scale:
    """Levels 0..255 of R, G and B, each with its ``gain``, as -1..1."""

    def __init__(self, gain: tuple[float, ...]) -> None:
        levels = np.arange(256) / inputs.HALF
        self._table = np.clip(np.outer(gain, levels) - 1, -1, 1).astype(np.float32)

    def fill(self, planes: NDArray[np.float32], picture: NDArray[np.uint8]) -> None:
        """Writes a picture (H, W, 3) into ``planes`` (3, H, W)."""
        for part, table in enumerate(self._table):
            planes[part] = table[picture[:, :, part]]

    def of(self, colours: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Colours (n, 3) as (3, n)."""
        return np.stack([table[colours[:, part]] for part, table in enumerate(self._table)])
