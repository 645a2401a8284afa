"""Training batches from packs (see :mod:`vcmcodec.train.dataset_build`), made on the device that trains."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

SIDE = 256

_MIRRORED = [1, 0, 2, 4, 3]
"""Which mark becomes which in a mirror: eyes and corners of the mouth change sides."""


class Batch(NamedTuple):
    """``x`` float32 (B, 5, 256, 256), the network's input; ``target`` float32 (B, 3, 256, 256), RGB in
    -1..1; ``marks`` float32 (B, 5, 2), x and y in pixels, NaN where unknown."""

    x: Tensor
    target: Tensor
    marks: Tensor


def _picture(data: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data.tobytes())).convert("RGB"))


class Pack:
    """All faces of a pack's shards, pictures decoded: 200 KB a face on ``device``."""

    def __init__(self, folder: Path, device: torch.device | str = "cpu") -> None:
        self.device = torch.device(device)
        targets, strokes, marks = [], [], []
        self._places: list[NDArray[np.int16]] = []
        self._colours: list[NDArray[np.uint8]] = []
        for path in sorted(folder.glob("pack-???.npz")):
            with np.load(path) as arrays:
                shard = {name: arrays[name] for name in arrays.files}
            cut = [slice(a, b) for a, b in zip(shard["target_offsets"], shard["target_offsets"][1:])]
            pictures = torch.empty(len(cut), SIDE, SIDE, 3, dtype=torch.uint8)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for row, pixels in enumerate(
                    pool.map(_picture, (shard["target_bytes"][part] for part in cut))
                ):
                    pictures[row] = torch.from_numpy(pixels.copy())
            targets.append(pictures.to(self.device))
            strokes.append(torch.from_numpy(shard["E"]).to(self.device))
            marks.append(torch.from_numpy(shard["marks"]).to(self.device))
            ends = shard["place_offsets"]
            self._places += [shard["places"][a:b] for a, b in zip(ends, ends[1:])]
            self._colours += [shard["colours"][a:b] for a, b in zip(ends, ends[1:])]
        if targets:
            self._targets, self._E, self._marks = torch.cat(targets), torch.cat(strokes), torch.cat(marks)

    def __len__(self) -> int:
        return len(self._places)

    @property
    def marked(self) -> int:
        """How many faces have marks."""
        return int(self._marks.isfinite().all(dim=2).all(dim=1).sum()) if len(self) else 0

    def places(self, index: int) -> int:
        """How many reference pixels a face has."""
        return len(self._places[index])

    def batch(self, indices: Sequence[int], counts: Sequence[int | None]) -> Batch:
        """These faces, each with its first reference pixels, as many as its count says (None: all)."""
        chosen = torch.tensor(indices, device=self.device)
        target = self._targets[chosen].permute(0, 3, 1, 2).float() / 127.5 - 1
        shifts = torch.arange(7, -1, -1, device=self.device)
        bits = (self._E[chosen][:, :, None] >> shifts) & 1
        x = torch.zeros(len(indices), 5, SIDE, SIDE, device=self.device)
        x[:, 0] = bits.view(-1, SIDE, SIDE).float()
        where = [self._places[index][:count] for index, count in zip(indices, counts)]
        known = [self._colours[index][:count] for index, count in zip(indices, counts)]
        rows = np.repeat(np.arange(len(indices)), [len(part) for part in where])
        at = np.concatenate(where).astype(np.int64)
        row, across, down = (
            torch.from_numpy(part.copy()).to(self.device) for part in (rows, at[:, 0], at[:, 1])
        )
        colours = torch.from_numpy(np.concatenate(known)).to(self.device).float() / 127.5 - 1
        x[row, 1, down, across] = 1
        x[row, 2:, down, across] = colours
        return Batch(x, target, self._marks[chosen])

    def random(self, size: int, rng: np.random.Generator) -> Batch:
        """``size`` random faces with random numbers of reference pixels: none in one of six, all in
        one of three, else any number, small ones oftener. Changed at random in ways that leave E, M, C,
        marks and the picture consistent: mirrored, recoloured, relit, from one side too."""
        indices = rng.integers(len(self), size=size).tolist()
        counts: list[int | None] = []
        for index in indices:
            total, draw = self.places(index), rng.random()
            if draw < 1 / 6:
                counts.append(0)
            elif draw < 1 / 2 or total < 2:
                counts.append(None)
            else:
                counts.append(int(np.exp(rng.uniform(0, np.log(total)))))
        x, target, marks = self.batch(indices, counts)
        gain = rng.uniform(0.85, 1.15, (size, 3, 1, 1)) * rng.uniform(0.8, 1.1, (size, 1, 1, 1))
        tilt = rng.normal(0, 0.1, (size, 2, 1, 1))
        steps = torch.linspace(-1, 1, SIDE, device=self.device)
        ramp = self._tensor(tilt[:, :1]) * steps + self._tensor(tilt[:, 1:]) * steps[:, None]
        light = self._tensor(gain) * (1 + ramp)
        target = ((target + 1) * light - 1).clamp(-1, 1)
        x[:, 2:] = ((x[:, 2:] + 1) * light - 1).clamp(-1, 1) * x[:, 1:2]
        mirrored = self._tensor(rng.random(size) < 0.5).bool()
        x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
        target = torch.where(mirrored[:, None, None, None], target.flip(3), target)
        turned = torch.stack([SIDE - 1 - marks[:, _MIRRORED, 0], marks[:, _MIRRORED, 1]], dim=-1)
        return Batch(x, target, torch.where(mirrored[:, None, None], turned, marks))

    def _tensor(self, values: NDArray[np.float64] | NDArray[np.bool_]) -> Tensor:
        return torch.from_numpy(values.astype(np.float32)).to(self.device)
