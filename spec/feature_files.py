"""Feature layers of any levels, legal or not, for vectors and odd files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from vcmcodec.entropy.binarise import unsigned
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.layers.feature import payload, syntax, tables
from vcmcodec.layers.feature.head import CODE, CODING, STEPS, FeatureHead

Layer = tuple[int, bytes]
HABITS = ("zero", "small", "small", "falling", "any", "powers", "far")


def size() -> int:
    """Coefficients of the transform."""
    return tables.basis().size


def layer(step: int, levels: Sequence[int], coder: Encoder | None = None) -> Layer:
    """A feature layer of any levels; what is illegal is coded up to there."""
    coder, energies = coder or Encoder(), tables.basis().energy
    if len(levels) > len(energies):
        unsigned(
            ContextCoder(coder, payload.model()), -(-len(levels) // syntax.COUNT_UNIT), syntax.COUNT.at(step)
        )
    else:
        syntax.walk(ContextCoder(coder, payload.model()), energies, step, levels)
    return CODE, FeatureHead(CODING, step).write() + coder.finish()


def good(rng: random.Random, level: Callable[[int], int]) -> Iterator[tuple[str, str, Layer]]:
    """Name, what it shows, and a layer that is legal."""
    yield "feature", "A feature alone, as an encoder writes it.", layer(12, [level(r) for r in range(60)])
    yield "feature-none", "A feature without coefficients: F is the mean.", layer(9, [])
    every = [level(r) or 1 for r in range(size())]
    yield "feature-all", "All coefficients of the transform.", layer(6, every)
    yield "feature-zero", "All levels are 0.", layer(3, [0] * 40)
    for step in (0, 5, STEPS - 1):
        some = [level(r) for r in range(33)]
        yield (
            f"feature-step-{step}",
            f"Quantiser step {step}, and a number of levels filled up.",
            layer(step, some),
        )
    far = [8191 if rng.random() < 0.5 else -8191 for _ in range(size())]
    yield "feature-far", "The largest levels: coefficients are clamped.", layer(STEPS - 1, far)


def odd_feature(rng: random.Random, coder: Callable[[], Encoder]) -> Layer:
    """A layer that no encoder would write, now and then of a coding that decoders skip."""
    if rng.random() < 0.1:
        coding = rng.choice((0, 2, 15, rng.randint(2, 15)))
        return CODE, bytes([coding << 4 | rng.randrange(STEPS)]) + rng.randbytes(rng.randint(0, 60))
    count = rng.choice((0, 1, rng.randint(0, size()), size()))
    habit = rng.choice(HABITS)
    return layer(rng.randrange(STEPS), [odd_level(rng, habit, rank) for rank in range(count)], coder())


def odd_level(rng: random.Random, habit: str, rank: int) -> int:
    if habit == "small":
        return round(rng.gauss(0, 1.2))
    if habit == "falling":
        return round(rng.gauss(0, 90 / (rank + 1)))
    if habit == "any":
        return rng.randint(-8191, 8191) >> rng.randint(0, 12)
    if habit == "powers":
        return rng.choice((-1, 1)) * ((1 << rng.randint(0, 13)) - 1)
    return 0 if habit == "zero" else rng.choice((-8191, -40, 0, 40, 8191))
