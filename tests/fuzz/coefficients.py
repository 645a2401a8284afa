"""Layers of coefficients, of texture, detail and features: what they are read on, and what must hold of
what is read."""

from __future__ import annotations

import functools
import random

import numpy as np

from vcmcodec.format.wire import Reader
from vcmcodec.layers.detail import head as detail_head
from vcmcodec.layers.detail import payload as detail
from vcmcodec.layers.detail.part import Detail
from vcmcodec.layers.detail.regions import REGIONS
from vcmcodec.layers.feature import head as feature_head
from vcmcodec.layers.feature import payload as feature
from vcmcodec.layers.feature import tables as feature_tables
from vcmcodec.layers.texture import head as texture_head
from vcmcodec.layers.texture import payload as texture
from vcmcodec.layers.texture import tables
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.layers.texture.synthesis import MAX_SAMPLE
from vcmcodec.limits import DEFAULT_LIMITS
from vcmcodec.scene import Scene


@functools.cache
def textures() -> tuple[tuple[Scene, bytes], ...]:
    """What texture is read on, before its first layer and behind some; and a payload that may follow."""
    rng = random.Random(7)
    out: list[tuple[Scene, bytes]] = []
    for size in ((64, 48), (32, 96)):
        scene = Scene(*size)
        begin: Texture | None = Texture(*size, 50, 1, Frame(3, 20, 140, 8), Known(), Known())
        for shift, canvas, face in ((3, 24, 16), (1, 60, 8), (0, 40, 80), (0, 80, 80)):
            part = begin or scene.part(texture_head.CODE)

            def level(number: int, rank: int, at: object, part: Texture = part, shift: int = shift) -> int:
                known = part.parts[number]
                size = 4 if rank >= len(known.levels) else (1 << max(known.shifts[rank] - shift, 0)) - 1
                return rng.randint(-size, size)

            payload, after = texture.encode(scene, Wanted(shift, (canvas, face), level, begin))
            out.append((scene, payload))
            scene, begin = after, None
        out.append((scene, b""))
    return tuple(out)


def read_texture(data: bytes) -> Scene:
    """The first byte chooses the scene, the others are a texture layer's payload."""
    scene = textures()[sum(data[:1]) % len(textures())][0]
    found = texture.decode(scene, Reader(data[1:], layer=0, whole=True), DEFAULT_LIMITS)
    assert found.T is not None
    return found


def check_texture(data: bytes, scene: Scene) -> None:
    """What was known stays, but for bits that were open; and what was read can be written."""
    bare = textures()[data[0] % len(textures())][0]
    before: Texture | None = bare.part(texture_head.CODE)
    after: Texture = scene.part(texture_head.CODE)
    head = texture_head.read(Reader(data[1:]))
    check_T(scene)
    if after.plain is not None:
        assert scene.shown is not None and (scene.shown == after.plain).all()
        assert texture.encode_plain(bare, after.plain) == (data[1:], scene)
        return
    assert after.frame.fault() is None
    if before is not None:
        assert (after.step, after.face_step, after.frame) == (before.step, before.face_step, before.frame)
    counts = []
    for basis, old, new in zip(
        tables.transform().parts, before.parts if before else (Known(), Known()), after.parts
    ):
        assert len(old.levels) <= len(new.levels) == len(new.shifts) <= basis.count
        count = len(new.levels) if len(new.levels) > len(old.levels) else 0
        for rank, (known, shift) in enumerate(zip(old.levels, old.shifts)):
            left = shift - new.shifts[rank]
            assert left >= 0 and (left == 0 or new.shifts[rank] == head.shift)
            assert abs(new.levels[rank]) >> left == abs(known)
            assert known == 0 or (known < 0) == (new.levels[rank] < 0)
            count = max(count, rank + 1 if left else 0)
        counts.append(count)
    begin = (
        None
        if before
        else Texture(bare.width, bare.height, after.step, after.face_step, after.frame, *[Known()] * 2)
    )

    def choose(number: int, rank: int, offsets: object) -> int:
        return after.parts[number].levels[rank]

    coded, again = texture.encode(bare, Wanted(head.shift, (counts[0], counts[1]), choose, begin))
    assert again.part(texture_head.CODE) == after
    assert texture.decode(bare, Reader(coded), DEFAULT_LIMITS).part(texture_head.CODE) == after


def check_T(scene: Scene) -> None:
    T = scene.T
    assert T is not None and T.shape == (scene.height, scene.width, 3) and T.dtype == np.int16
    assert int(abs(T).max()) <= MAX_SAMPLE


def read_feature(data: bytes) -> Scene:
    """A feature layer's payload."""
    return feature.decode(Scene(64, 48), Reader(data, layer=0, whole=True), DEFAULT_LIMITS)


def check_feature(data: bytes, scene: Scene) -> None:
    """What was read can be written, in no more bytes; another coding is skipped."""
    part = scene.part(feature_head.CODE)
    assert (part is None) == (data[0] >> 4 != feature_head.CODING)
    if part is None:
        return
    check_embedding(scene)
    assert len(part.levels) <= feature_tables.basis().size
    coded, again = feature.encode(Scene(64, 48), part)
    assert len(coded) <= len(data) and again.part(feature_head.CODE) == part
    assert read_feature(coded).part(feature_head.CODE) == part


def check_embedding(scene: Scene) -> None:
    F = scene.F
    assert F is not None and F.shape == (feature_tables.basis().size,) and F.dtype == np.int64
    assert int(abs(F).max()) < 1 << 24


@functools.cache
def detailed() -> tuple[Scene, bytes]:
    """What detail is read on, and a payload of it."""
    scene = next(after for after, payload in textures() if after.parts)
    rng = random.Random(11)
    levels = tuple(tuple(rng.randint(-3, 3) for _ in range(count)) for count in (24, 8, 0, 40))
    return scene, detail.encode(scene, Detail(12, levels))[0]


def read_detail(data: bytes) -> Scene:
    found = detail.decode(detailed()[0], Reader(data, layer=0, whole=True), DEFAULT_LIMITS)
    assert found.T is not None
    return found


def check_detail(data: bytes, scene: Scene) -> None:
    """What was read can be written."""
    check_T(scene)
    found: Detail = scene.part(detail_head.CODE)
    assert len(found.levels) == len(REGIONS) and found.step == detail_head.read(Reader(data)).step
    coded, again = detail.encode(detailed()[0], found)
    assert again.part(detail_head.CODE) == found
    assert detail.decode(detailed()[0], Reader(coded), DEFAULT_LIMITS).part(detail_head.CODE) == found
