"""Texture layers of a small transform, by ranks of any levels."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.format.wire import Reader
from vcmcodec.layers.texture import head as heads
from vcmcodec.layers.texture import payload, syntax, tables
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.layers.texture.tables import Basis, Transform
from vcmcodec.limits import DEFAULT_LIMITS
from vcmcodec.scene import Scene

HEADER = Header(96, 64, 96, 5)
SIZE = (96, 64)


def basis(rng: np.random.Generator, luma: int, chroma: int, count: int, *, extreme: bool = False) -> Basis:
    """A part of a transform: of any numbers, or of the largest."""
    samples = tables.half(luma, chroma)
    return Basis(
        luma,
        chroma,
        np.full(samples, 32767, np.int16) if extreme else rng.integers(-900, 2800, samples).astype(np.int16),
        np.arange(count) % 2 == 1 if extreme else rng.random(count) < 0.4,
        tuple(int(value) for value in rng.integers(0, 60, count)),
        np.full(count, 65535, np.int64) if extreme else rng.integers(100, 3000, count),
        np.full((count, samples), -128, np.int8)
        if extreme
        else rng.integers(-127, 128, (count, samples)).astype(np.int8),
    )


def small_transform() -> Transform:
    rng = np.random.default_rng(1)
    return Transform(basis(rng, 8, 4, 90), basis(rng, 10, 6, 70))


def begun(step: int = 50, face_step: int = 1, frame: Frame | None = None) -> Texture:
    return Texture(*SIZE, step, face_step, frame or Frame(), Known(), Known())


def any_level(rng: random.Random, known: Texture, shift: int) -> syntax.Choose:
    """Levels of all sizes that a layer of ``shift`` may hold behind ``known``."""

    def choose(part: int, rank: int, offsets: Sequence[int]) -> int:
        before, value = known.parts[part], rng.randint(-8191, 8191) >> rng.randint(0, 12)
        if rank < len(before.levels) and before.levels[rank] == 0:
            most = (1 << before.shifts[rank] - shift) - 1
            return min(max(value, -most), most)
        return value

    return choose


def layers_of(seed: int, count: int = 6) -> tuple[list[bytes], Scene]:
    """Payloads of layers of any shifts and numbers of coefficients, and what they say."""
    rng = random.Random(seed)
    frame = Frame(rng.randint(-512, 512), rng.randint(-512, 512), rng.randint(-1023, 1023), 99)
    begin: Texture | None = begun(rng.randrange(128), rng.randrange(4), frame)
    scene, out = Scene(*SIZE), []
    for _ in range(count):
        shift, known = rng.randrange(4), begin or scene.part(heads.CODE)
        counts = rng.choice((0, 4, rng.randrange(90), 90)), rng.choice((0, 4, rng.randrange(70), 70))
        data, scene = payload.encode(scene, Wanted(shift, counts, any_level(rng, known, shift), begin))
        out.append(data)
        begin = None
    return out, scene


def decoded(payloads: Sequence[bytes]) -> Scene:
    scene = Scene(*SIZE)
    for index, data in enumerate(payloads):
        scene = payload.decode(scene, Reader(data, layer=index, whole=True), DEFAULT_LIMITS)
    return scene


def written(payloads: Sequence[bytes]) -> bytes:
    return container.write(HEADER, [(heads.CODE, data) for data in payloads])
