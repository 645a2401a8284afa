"""How a generator does on faces that it never learns from: figures and sheets while it is trained.

The figures stand in a CSV, a row a validation: pictures seen, seconds of training, then for each mixture
``lpips`` (AlexNet's, as the bench has it) and ``identity`` (1 less the cosine of MobileFace's vectors, a
network that the bench does not report) at realism 1, ``psnr`` in dB at realism 0, and of mixtures with
texture ``psnr_T``, what T itself has.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from vcmcodec.errors import ModelError
from vcmcodec.render import inputs
from vcmcodec.train.data.dataset import Mixture, Pack
from vcmcodec.train.loss_networks.networks import LossNetworks

MIXTURES = {
    "coarse": Mixture(False, 0, 0),
    "fine": Mixture(False, 0, 1),
    "fine_strokes": Mixture(True, 0, 1),
    "colours": Mixture(True, None),
    "strokes": Mixture(),
}
"""What is judged: the two textures of a pack that was made to watch, with and without strokes; strokes and
all colours; strokes alone."""

SHEET = (("strokes", 1.0), ("colours", 1.0), ("coarse", 1.0), ("fine", 1.0), ("fine_strokes", 1.0),
         ("fine_strokes", 0.0))  # fmt: skip
"""Mixtures and realism of what sheets show."""


class Watch:
    """Figures and sheets of faces of a ``pack``, into the folder ``out``; without LPIPS where its weights are
    missing."""

    def __init__(self, pack: Pack, loss_networks: LossNetworks, out: Path, faces: int = 24) -> None:
        self._pack, self._networks, self._out = pack, loss_networks, out
        self._faces = range(min(faces, len(pack)))
        self._lpips: Any = None
        self._references: dict[int, Any] = {}
        try:
            from vcmcodec.metrics.perceptual import LpipsAlex

            self._lpips = LpipsAlex()
        except ModelError:
            pass

    @torch.no_grad()
    def figures(self, generator: nn.Module) -> dict[str, float]:
        """The means over all faces, by figure and mixture."""
        sums: dict[str, list[float]] = {}
        for face in self._faces:
            for name, mixture in MIXTURES.items():
                for figure, value in self._judged(generator, face, mixture).items():
                    sums.setdefault(f"{figure}_{name}", []).append(value)
        return {name: sum(values) / len(values) for name, values in sums.items()}

    def _judged(self, generator: nn.Module, face: int, mixture: Mixture) -> dict[str, float]:
        batch = self._pack.batch([face], [mixture])
        x, known = (part.repeat(2, *(1,) * (part.ndim - 1)) for part in (batch.x, batch.known))
        natural, faithful = generator(x, x.new_tensor([[1.0], [0.0]]), known)[:, None]
        found = {"psnr": _psnr(faithful, batch.target)}
        if self._lpips is not None:
            if face not in self._references:
                self._references[face] = self._lpips.reference(levels(batch.target[0]))
            scores = self._lpips.judge(self._references[face], levels(natural[0])).scores
            found["lpips"] = float(scores["lpips_alex"])
        if bool(batch.known[0, inputs.TEXTURE]):
            found["psnr_T"] = _psnr(batch.x[:, inputs.T], batch.target)
        if bool(batch.marks.isfinite().all()):
            who, other = (self._networks.identity(part, batch.marks) for part in (natural, batch.target))
            found["identity"] = 1 - float((who * other).sum())
        return found

    def write(self, seen: int, seconds: float, figures: dict[str, float]) -> None:
        """Adds a row to figures.csv."""
        path = self._out / "figures.csv"
        row = {"pictures": seen, "seconds": round(seconds), **{k: round(v, 5) for k, v in figures.items()}}
        new = not path.exists()
        with open(path, "a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)

    @torch.no_grad()
    def sheet(self, generator: nn.Module, seen: int, faces: int = 8) -> None:
        """Writes a PNG, a row a face: the picture, E, both textures, then the columns of SHEET."""
        rows = []
        for face in self._faces[:: max(1, len(self._faces) // faces)]:
            batch = self._pack.batch([face] * len(SHEET), [MIXTURES[name] for name, _ in SHEET])
            realism = batch.x.new_tensor([[value] for _, value in SHEET])
            made = generator(batch.x, realism, batch.known).float()
            strokes = (1 - 2 * batch.x[0, :1]).expand(3, -1, -1)
            columns = [batch.target[0], strokes, batch.x[2, 5:], batch.x[3, 5:], *made]
            rows.append(np.concatenate([levels(column) for column in columns], axis=1))
        Image.fromarray(np.concatenate(rows)).save(self._out / f"sheet-{seen:07d}.png")


def levels(picture: Tensor) -> NDArray[np.uint8]:
    """A picture (3, H, W) in -1..1 as uint8 (H, W, 3)."""
    scaled = (picture.float().cpu().numpy().transpose(1, 2, 0) + 1) * 127.5 + 0.5
    return np.ascontiguousarray(np.clip(scaled, 0, 255).astype(np.uint8))


def _psnr(made: Tensor, real: Tensor) -> float:
    return -10 * math.log10(float(((made - real) / 2).square().mean()) + 1e-12)
