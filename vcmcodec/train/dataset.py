"""Training batches from packs (see :mod:`vcmcodec.train.dataset_build`)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 256


class Sample(NamedTuple):
    """One face as arrays: ``x`` float32 (5, 256, 256), the network's input; ``target`` float32
    (3, 256, 256), RGB in -1..1."""

    x: NDArray[np.float32]
    target: NDArray[np.float32]


class _Shard:
    """One file of a pack, its pictures still compressed."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as arrays:
            self.target_bytes = arrays["target_bytes"]
            self.target_offsets = arrays["target_offsets"]
            self.E = arrays["E"]
            self.places = arrays["places"].astype(np.intp)
            self.colours = arrays["colours"]
            self.place_offsets = arrays["place_offsets"]

    def __len__(self) -> int:
        return len(self.E)


class Pack:
    """All faces of a pack's shards, drawn one by one."""

    def __init__(self, folder: Path) -> None:
        self._shards = [_Shard(path) for path in sorted(folder.glob("pack-???.npz"))]
        self._index = [(shard, row) for shard in self._shards for row in range(len(shard))]

    def __len__(self) -> int:
        return len(self._index)

    def sample(
        self, index: int, colours: int | None = None, rng: np.random.Generator | None = None
    ) -> Sample:
        """A face with its first ``colours`` reference pixels (None: all). With ``rng``, changed at
        random in ways that leave E, M, C and the picture consistent: mirrored, relit, recoloured."""
        shard, row = self._index[index]
        start, end = shard.target_offsets[row : row + 2]
        file = io.BytesIO(shard.target_bytes[start:end].tobytes())
        target = np.asarray(Image.open(file).convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1
        first, last = shard.place_offsets[row : row + 2]
        if colours is not None:
            last = min(last, first + colours)
        places, known = shard.places[first:last], shard.colours[first:last].astype(np.float32) / 127.5 - 1
        if rng is not None:
            gain = rng.uniform(0.85, 1.15, 3).astype(np.float32) * rng.uniform(0.85, 1.1)
            target = np.clip((target + 1) * gain[:, None, None] - 1, -1, 1)
            known = np.clip((known + 1) * gain - 1, -1, 1)
        x: NDArray[np.float32] = np.zeros((5, SIDE, SIDE), dtype=np.float32)
        x[0] = np.unpackbits(shard.E[row]).reshape(SIDE, SIDE)
        x[1, places[:, 1], places[:, 0]] = 1
        x[2:, places[:, 1], places[:, 0]] = known.T
        if rng is not None and rng.random() < 0.5:
            x, target = x[:, :, ::-1], target[:, :, ::-1]
        return Sample(np.ascontiguousarray(x), np.ascontiguousarray(target))

    def places(self, index: int) -> int:
        """How many reference pixels a face has."""
        shard, row = self._index[index]
        return int(shard.place_offsets[row + 1] - shard.place_offsets[row])

    def random(self, rng: np.random.Generator) -> Sample:
        """A random face, changed at random, with a random number of reference pixels: none in
        one of six, all in one of three, else any number, small ones oftener."""
        index = int(rng.integers(len(self)))
        total = self.places(index)
        draw = rng.random()
        if draw < 1 / 6:
            count = 0
        elif draw < 1 / 2 or total < 2:
            count = total
        else:
            count = int(np.exp(rng.uniform(0, np.log(total))))
        return self.sample(index, count, rng)

    def batch(self, size: int, rng: np.random.Generator) -> Sample:
        """``size`` random faces: (size, 5, 256, 256) and (size, 3, 256, 256)."""
        samples = [self.random(rng) for _ in range(size)]
        return Sample(np.stack([s.x for s in samples]), np.stack([s.target for s in samples]))
