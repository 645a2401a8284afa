"""Sample sheets: a row a face, columns input, E, base only, N = 16, all, and all at realism 0."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from vcmcodec.train.dataset import Pack

COLUMNS: tuple[tuple[int | None, float], ...] = ((0, 1.0), (16, 1.0), (None, 1.0), (None, 0.0))
"""Numbers of reference pixels (None: all) and realism of what is shown."""


@torch.no_grad()
def write_sheet(path: Path, generator: nn.Module, pack: Pack, faces: Iterable[int]) -> None:
    """Writes a PNG of the pack's ``faces`` (those that it has)."""
    rows = []
    for index in faces:
        if index >= len(pack):
            break
        batch = pack.batch([index] * len(COLUMNS), [count for count, _ in COLUMNS])
        realism = torch.tensor([[r] for _, r in COLUMNS], device=batch.x.device)
        made = generator(batch.x, realism).float().cpu().numpy()
        strokes = np.repeat(1 - 2 * batch.x[0, :1].cpu().numpy(), 3, axis=0)
        rows.append(np.concatenate([batch.target[0].cpu().numpy(), strokes, *made], axis=2))
    sheet = np.concatenate(rows, axis=1).transpose(1, 2, 0)
    Image.fromarray(np.clip((sheet + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)).save(path)
