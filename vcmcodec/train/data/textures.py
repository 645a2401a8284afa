"""Textures of training packs: what decoders know of a picture from its texture layers, at random qualities.

In a shard: ``textures`` int16 (n, TEXTURES, 6), numbers of the quantiser step and of the face's, and the
frame; ``levels`` int16 (L,), those of the canvas and of the face of each, with ``level_offsets`` int64
(2 n TEXTURES + 1); ``transform``, the sha256 of the transform that they are of; ``texture_recipe``, what
all of it follows from.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import vcmcodec
from vcmcodec.encoder.texture_proposer import TextureProposer, quality_of
from vcmcodec.layers.texture import head
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.models import store
from vcmcodec.scene import TEXTURE

TEXTURES = 2
"""Textures a picture."""

STEPS = 46, 108
"""Numbers of their quantiser steps: files of about 700 to 40 bytes."""

FIXED_STEPS = 84, 65
"""Those of what training is watched on: files of about 120 and 300 bytes."""


def textures(target: bytes, fixed: bool = False) -> tuple[Texture, ...]:
    """The textures of a picture, the bytes of its file, the same ones each time; ``fixed``: at FIXED_STEPS.

    Raises ModelError where a model file is missing or altered.
    """
    rng = random.Random(target)
    proposer = TextureProposer(canvas(target))
    numbers = FIXED_STEPS if fixed else [rng.randint(*STEPS) for _ in range(TEXTURES)]
    return tuple(proposer.propose(quality_of(number)).scene.part(TEXTURE) for number in numbers)


def canvas(target: bytes) -> NDArray[np.uint8]:
    """A picture of its file's bytes, uint8 (H, W, 3) RGB."""
    return np.asarray(Image.open(io.BytesIO(target)).convert("RGB"))


def transform() -> str:
    """The sha256 of the transform that textures' levels are of.

    Raises ModelError where the list of models names none.
    """
    store.model_path(head.TRANSFORM)
    return str(store.catalogue()[head.TRANSFORM]["sha256"])


def recipe(fixed: bool = False) -> str:
    """What textures follow from besides the pictures: others are made anew."""
    package = Path(vcmcodec.__file__).parent
    digest = hashlib.sha256(f"{TEXTURES} {STEPS} {FIXED_STEPS} {fixed}".encode())
    encoder = (package / "encoder" / f"{name}.py" for name in ("texture", "texture_proposer", "frame"))
    for path in (*encoder, *sorted((package / "layers" / "texture").glob("*.py"))):
        digest.update(path.read_bytes())
    for name in (head.TRANSFORM, head.WEIGHTS):
        digest.update(store.catalogue()[name]["sha256"].encode())
    return digest.hexdigest()


def arrays(found: Sequence[tuple[Texture, ...]], recipe: str) -> dict[str, NDArray[Any]]:
    """What a shard holds of its rows' textures."""
    flat = [texture for row in found for texture in row]
    parts = [part for texture in flat for part in texture.parts]
    numbers = [(texture.step, texture.face_step, *texture.frame) for texture in flat]
    return {
        "textures": np.array(numbers, dtype=np.int16).reshape(-1, TEXTURES, 6),
        "levels": np.concatenate([np.array(part.levels, dtype=np.int16) for part in parts]),
        "level_offsets": np.cumsum([0, *(len(part.levels) for part in parts)], dtype=np.int64),
        "transform": np.array(transform()),
        "texture_recipe": np.array(recipe),
    }


def read(arrays: Mapping[str, NDArray[Any]], row: int, which: int, shift: int, side: int) -> Texture:
    """One texture of a row, as it is known without its lowest ``shift`` bits, for a canvas of ``side``."""
    step, face_step, *frame = arrays["textures"][row, which].tolist()
    at = 2 * (row * arrays["textures"].shape[1] + which)
    found = []
    for part in (at, at + 1):
        start, end = arrays["level_offsets"][part : part + 2]
        levels = arrays["levels"][start:end].astype(np.int64)
        cut = np.sign(levels) * (abs(levels) >> shift)
        found.append(Known(tuple(cut.tolist()), (shift,) * len(cut)))
    return Texture(side, side, step, face_step, Frame(*frame), *found)
