"""Texture layers of any coefficients, legal or not, for vectors and odd files."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.layers.texture import payload, syntax, tables
from vcmcodec.layers.texture.frame import MAX_AXIS, MAX_CENTRE, MIN_SQUARE, Frame
from vcmcodec.layers.texture.head import CODE, STEPS, TextureHead
from vcmcodec.layers.texture.part import FACE_STEPS, Known, Texture

Layer = tuple[int, bytes]
Level = Callable[[int, int], int]
"""A level of a part and a rank, -8191..8191."""

FRAMES = ("usual", "usual", "near", "turned", "far", "large", "small", "any")
HABITS = ("zero", "small", "small", "falling", "any", "powers", "far")


class Made(NamedTuple):
    """A layer, what a decoder knows after it, and why it is illegal, if it is."""

    layer: Layer
    known: Texture
    fault: str | None


def counts() -> tuple[int, int]:
    """Coefficients of either part of the transform."""
    canvas, face = tables.transform().parts
    return canvas.count, face.count


def begun(canvas: tuple[int, int], step: int, face_step: int = 1, frame: Frame | None = None) -> Texture:
    """What a first layer begins with, on a canvas of (width, height)."""
    return Texture(*canvas, step, face_step, frame or Frame(), Known(), Known())


def made(
    known: Texture,
    shift: int,
    wanted: tuple[int, int],
    level: Level,
    *,
    first: bool,
    coder: Encoder | None = None,
    legal: bool = True,
) -> Made:
    """One layer more, of so many coefficients of either part; what a layer may not hold of what ``level``
    gives is cut off, if it is to be ``legal``. What is illegal otherwise is coded up to there."""
    coder = coder or Encoder()

    def choose(part: int, rank: int, offsets: object) -> int:
        before, value = known.parts[part], level(part, rank)
        if legal and rank < len(before.levels) and before.levels[rank] == 0:
            most = (1 << before.shifts[rank] - shift) - 1
            return min(max(value, -most), most)
        return value

    after, fault = known, None
    try:
        after = syntax.walk(
            ContextCoder(coder, payload.model()), tables.transform(), known, shift, first, wanted, choose
        )
    except ValueError as error:
        fault = str(error)
    head = TextureHead(shift, known.step if first else None)
    return Made((CODE, head.write() + coder.finish()), after, fault)


def odd_texture(
    rng: random.Random, canvas: tuple[int, int], most: int, coder: Callable[[], Encoder]
) -> list[Layer]:
    """One layer or several, at most so many, that no encoder would write."""
    step = rng.choice((0, STEPS - 1, rng.randrange(STEPS), rng.randint(20, 80), rng.randint(20, 80)))
    known = begun(canvas, step, rng.randrange(FACE_STEPS), odd_frame(rng))
    shift = rng.choice((0, 0, 1, 2, 3, 3))
    layers: list[Layer] = []
    for _ in range(min(rng.choice((1, 1, 1, 2, 3, 4, 9)), most)):
        wanted = odd_count(rng, known, 0), odd_count(rng, known, 1)
        habits = rng.choice(HABITS), rng.choice(HABITS)
        found = made(
            known,
            shift,
            wanted,
            lambda part, rank, habits=habits: odd_level(rng, habits[part], rank),  # type: ignore[misc]
            first=not layers,
            coder=coder(),
        )
        assert found.fault is None, found.fault
        layers.append(found.layer)
        known = found.known
        shift = max(shift - 1, 0) if rng.random() < 0.7 else rng.randrange(4)
    return layers


def odd_count(rng: random.Random, known: Texture, part: int) -> int:
    """None, few, as many as there are, or as were; more or fewer than before."""
    most, before = counts()[part], len(known.parts[part].levels)
    some = rng.randint(0, min(most, 100))
    return min(rng.choice((0, 0, 1, some, some, before, before + some, before // 2, most)), most)


def odd_level(rng: random.Random, habit: str, rank: int) -> int:
    if habit == "small":
        return round(rng.gauss(0, 1.5))
    if habit == "falling":
        return round(rng.gauss(0, 200 / (rank + 1)))
    if habit == "any":
        return rng.randint(-8191, 8191) >> rng.randint(0, 12)
    if habit == "powers":
        return rng.choice((-1, 1)) * ((1 << rng.randint(0, 13)) - 1)
    return 0 if habit == "zero" else rng.choice((-8191, -40, 0, 40, 8191))


def odd_frame(rng: random.Random) -> Frame:
    """A legal frame."""
    rule = rng.choice(FRAMES)
    if rule == "usual":
        return Frame()
    if rule == "near":
        return Frame(
            rng.randint(-40, 40), rng.randint(-40, 40), 160 + rng.randint(-60, 60), rng.randint(-30, 30)
        )
    while True:
        reach = {"small": 9, "large": MAX_AXIS}.get(rule, 300)
        frame = Frame(
            rng.randint(-60, 60), rng.randint(-60, 60), rng.randint(-reach, reach), rng.randint(-reach, reach)
        )
        if rule == "far":
            far = (-MAX_CENTRE, MAX_CENTRE, rng.randint(-MAX_CENTRE, MAX_CENTRE))
            frame = frame._replace(x=rng.choice(far), y=rng.choice(far))
        elif rule == "large" and rng.random() < 0.5:
            frame = frame._replace(across=rng.choice((-MAX_AXIS, MAX_AXIS)))
        elif rule == "any":
            frame = Frame(
                rng.randint(-MAX_CENTRE, MAX_CENTRE),
                rng.randint(-MAX_CENTRE, MAX_CENTRE),
                rng.randint(-MAX_AXIS, MAX_AXIS),
                rng.choice((0, rng.randint(-MAX_AXIS, MAX_AXIS))),
            )
        if frame.square >= MIN_SQUARE:
            return frame
