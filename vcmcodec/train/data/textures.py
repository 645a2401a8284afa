"""Textures of training packs: what decoders know of a picture from its layers of texture and detail, at
random qualities.

In a shard: ``textures`` int16 (n, TEXTURES, 7), numbers of the quantiser step and of the face's, the frame,
and the number of the detail's step, -1 without detail; ``levels`` int16 (L,), those of the canvas, of the
face and of each region of the detail, with ``level_offsets`` int64 (PARTS n TEXTURES + 1); ``transform``, the
sha256 of the transforms that they are of; ``texture_recipe``, what all of it follows from.
"""

from __future__ import annotations

import hashlib
import io
import random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vcmcodec.encoder import frame
from vcmcodec.encoder.texture_proposer import TextureProposer, quality_of
from vcmcodec.io import source
from vcmcodec.layers.detail import head as detail_head
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.detail.regions import REGIONS
from vcmcodec.layers.texture import head
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.models import store
from vcmcodec.scene import DETAIL, TEXTURE, Scene

TEXTURES = 2
"""Textures a picture."""

STEPS = 46, 108
"""Numbers of their quantiser steps: files of about 700 to 40 bytes."""

PARTS = 2 + len(REGIONS)
"""Rows of levels that a texture and its detail have."""

FIXED_STEPS = 84, 67
"""Indices of the quantiser steps in packs that training is watched on: files of about 120 and 300 bytes."""


def textures(target: bytes, fixed: bool = False) -> tuple[Scene, ...]:
    """The textures of a picture, the bytes of its file, the same ones each time; ``fixed``: at FIXED_STEPS.

    Raises ModelError where a model file is missing or altered.
    """
    rng = random.Random(target)
    proposer = TextureProposer(canvas(target))
    numbers = FIXED_STEPS if fixed else [rng.randint(*STEPS) for _ in range(TEXTURES)]
    return tuple(proposer.propose(quality_of(number)).scene for number in numbers)


def canvas(target: bytes) -> NDArray[np.uint8]:
    """A picture of its file's bytes, uint8 (H, W, 3) RGB."""
    return np.asarray(Image.open(io.BytesIO(target)).convert("RGB"))


def transform() -> str:
    """The sha256 of each transform that levels are of.

    Raises ModelError where the list of models does not name them.
    """
    for name in _TRANSFORMS:
        store.model_path(name)
    return " ".join(str(store.catalogue()[name]["sha256"]) for name in _TRANSFORMS)


_TRANSFORMS = head.TRANSFORM, detail_head.TRANSFORM


def recipe(fixed: bool = False) -> str:
    """A key of all that textures follow from, but for the pictures and other packages. Those of another key
    are made again."""
    digest = hashlib.sha256(f"{TEXTURES} {STEPS} {FIXED_STEPS} {fixed}".encode())
    for path in source.reached(["encoder.texture_proposer"]):
        digest.update(source.meaning(path))
    for name in (*_TRANSFORMS, head.WEIGHTS, detail_head.WEIGHTS, frame.MODEL):
        digest.update(store.catalogue()[name]["sha256"].encode())
    return digest.hexdigest()


def arrays(found: Sequence[tuple[Scene, ...]], recipe: str) -> dict[str, NDArray[Any]]:
    """What a shard holds of its rows' textures."""
    numbers, parts = [], []
    for scene in (scene for row in found for scene in row):
        texture: Texture = scene.part(TEXTURE)
        detail: Detail | None = scene.part(DETAIL)
        numbers.append((texture.step, texture.face_step, *texture.frame, detail.step if detail else -1))
        parts += [part.levels for part in texture.parts]
        parts += detail.levels if detail else [()] * len(REGIONS)
    return {
        "textures": np.array(numbers, dtype=np.int16).reshape(-1, TEXTURES, 7),
        "levels": np.concatenate([np.array(part, dtype=np.int16) for part in parts]),
        "level_offsets": np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64),
        "transform": np.array(transform()),
        "texture_recipe": np.array(recipe),
    }


def read(
    arrays: Mapping[str, NDArray[Any]], row: int, which: int, shift: int, side: int, detailed: bool = True
) -> Scene:
    """One texture of a row, as it is known without its lowest ``shift`` bits, for a canvas of ``side``; with
    its detail where nothing of it is cut off, if it is to be ``detailed``."""
    step, face_step, *frame, detail_step = arrays["textures"][row, which].tolist()
    at = PARTS * (row * arrays["textures"].shape[1] + which)
    offsets = arrays["level_offsets"][at : at + PARTS + 1].tolist()
    levels = [arrays["levels"][start:end].astype(np.int64) for start, end in zip(offsets, offsets[1:])]
    cut = [np.sign(part) * (abs(part) >> shift) for part in levels[:2]]
    canvas, face = (Known(tuple(part.tolist()), (shift,) * len(part)) for part in cut)
    scene = Scene(side, side, {TEXTURE: Texture(side, side, step, face_step, Frame(*frame), canvas, face)})
    if shift or detail_step < 0 or not detailed:
        return scene
    return scene.with_part(DETAIL, Detail(detail_step, tuple(tuple(part.tolist()) for part in levels[2:])))
