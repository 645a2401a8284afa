"""Sample sheets: a row a face, columns input, E, base only, N = 16, all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from vcmcodec.train.dataset import Pack

COLUMNS: tuple[int | None, ...] = (0, 16, None)
"""Numbers of reference pixels shown; None: all."""


@torch.no_grad()
def write_sheet(path: Path, generator: nn.Module, pack: Pack, faces: Iterable[int]) -> None:
    """Writes a PNG of the pack's ``faces`` (those that it has)."""
    device = next(generator.parameters()).device
    rows = []
    for index in faces:
        if index >= len(pack):
            break
        samples = [pack.sample(index, count) for count in COLUMNS]
        made = generator(torch.from_numpy(np.stack([s.x for s in samples])).to(device)).float().cpu().numpy()
        strokes = np.repeat(1 - 2 * samples[0].x[:1], 3, axis=0)
        rows.append(np.concatenate([samples[0].target, strokes, *made], axis=2))
    sheet = np.concatenate(rows, axis=1).transpose(1, 2, 0)
    Image.fromarray(np.clip((sheet + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)).save(path)
