"""Detail layers of any coefficients, legal or not, for vectors and odd files."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from texture_files import HABITS, begun, made, odd_level

from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.layers.detail import payload, syntax, tables
from vcmcodec.layers.detail.head import CODE, DetailHead
from vcmcodec.layers.detail.regions import REGIONS
from vcmcodec.layers.texture.frame import MAX_AXIS, Frame
from vcmcodec.layers.texture.head import STEPS

Layer = tuple[int, bytes]
Level = Callable[[int, int], int]
"""A level of a region and a rank, -8191..8191."""


def most(region: int) -> int:
    """Coefficients of a region."""
    return tables.transform()[REGIONS[region].basis].count


def layer(step: int, counts: Sequence[int], level: Level, coder: Encoder | None = None) -> Layer:
    """A layer of so many coefficients of each region; what is illegal is coded up to there."""
    coder = coder or Encoder()
    context, known = ContextCoder(coder, payload.model()), []  # type: ignore[var-annotated]
    try:
        for index, count in enumerate(counts):
            known.append(
                syntax.region(
                    context,
                    tables.transform(),
                    step,
                    known,
                    count,
                    lambda rank, _, index=index: level(index, rank),  # type: ignore[misc]
                )
            )
    except ValueError:
        pass
    return CODE, DetailHead(step).write() + coder.finish()


def odd_detail(rng: random.Random, coder: Encoder) -> Layer:
    """One that no encoder would write."""
    step = rng.choice((0, STEPS - 1, rng.randrange(STEPS), rng.randint(0, 50)))
    habits = [rng.choice(HABITS) for _ in REGIONS]
    counts = []
    for region in range(len(REGIONS)):
        some = rng.randint(0, 60)
        counts.append(min(rng.choice((0, 0, 1, some, some, most(region))), most(region)))
    return layer(step, counts, lambda region, rank: odd_level(rng, habits[region], rank), coder)


def _texture(frame: Frame, size: tuple[int, int] = (256, 256)) -> Layer:
    rng = random.Random(8)
    levels = [[round(rng.gauss(0, 40 / (rank + 3))) for rank in range(80)] for _ in range(2)]
    wanted = made(
        begun(size, 60, 0, frame), 0, (80, 80), lambda part, rank: levels[part][min(rank, 79)], first=True
    )
    assert wanted.fault is None, wanted.fault
    return wanted.layer


def _usual(seed: int = 9) -> Level:
    rng = random.Random(seed)
    levels = [[round(rng.gauss(0, 30 / (rank + 4))) for rank in range(512)] for _ in REGIONS]
    return lambda region, rank: levels[region][rank]


def good_files(header: Callable[[int, int, int], Header]) -> Iterator[tuple[str, str, bytes]]:
    """Names, what they show, and files with a detail layer. ``header``: of a picture of a width and a height
    on a canvas of a side."""
    usual = Frame(3, 21, 152, -6)
    plain = header(256, 256, 256)
    texture, detail = _texture(usual), layer(8, (60, 60, 40, 50), _usual())

    def file(layers: list[Layer], head: Header = plain) -> bytes:
        return container.write(head, layers)

    yield "good-detail", "A detail layer behind texture.", file([texture, detail])
    yield (
        "good-detail-eye",
        "Detail of the second eye alone.",
        file([texture, layer(8, (0, 60, 0, 0), _usual())]),
    )
    yield (
        "good-detail-twin",
        "The first eye has fewer coefficients than the second, and large ones.",
        file([texture, layer(0, (8, 40, 0, 0), lambda region, rank: (rank % 7 - 3) * (region + 1))]),
    )
    yield (
        "good-detail-all",
        "All coefficients of all regions.",
        file([texture, layer(40, [most(region) for region in range(len(REGIONS))], _usual())]),
    )
    yield (
        "good-detail-none",
        "A detail layer without any coefficient.",
        file([texture, layer(9, (0,) * 4, _usual())]),
    )
    yield (
        "good-detail-zero",
        "A detail layer whose levels are all 0.",
        file([texture, layer(9, (8, 8, 8, 8), lambda *_: 0)]),
    )
    yield (
        "good-detail-large",
        "The largest levels at the largest step: values and samples are clamped.",
        file([texture, layer(127, (60, 60, 60, 60), lambda region, rank: 8191 if rank % 3 else -8191)]),
    )
    for name, shows, frame in (
        ("turned", "The window is turned, and lies partly outside the canvas.", Frame(-70, 95, 90, 110)),
        ("outside", "The window lies outside the canvas.", Frame(-512, 512, 130, 20)),
        ("widest", "The largest window, turned by 135 degrees.", Frame(30, 0, -MAX_AXIS, MAX_AXIS)),
    ):
        yield f"good-detail-{name}", shows, file([_texture(frame), detail])
    wide = header(400, 300, 512)
    yield (
        "good-detail-wide",
        "Detail on a canvas of 512 x 384.",
        file([_texture(usual, (512, 384)), detail], wide),
    )
    later = made(
        made(begun((256, 256), 60, 0, usual), 1, (40, 40), lambda *_: 1, first=True).known,
        0,
        (60, 60),
        lambda part, rank: 2 if rank < 40 else 1,
        first=False,
    ).layer
    first = made(begun((256, 256), 60, 0, usual), 1, (40, 40), lambda *_: 1, first=True).layer
    yield "good-detail-between", "A texture layer behind the detail layer.", file([first, detail, later])


def bad_files(header: Header) -> Iterator[tuple[str, str, bytes, str]]:
    """Names, what they show, files whose detail layer breaks one rule, and the cause of failure."""
    texture, detail = _texture(Frame()), layer(8, (20, 20, 20, 20), _usual())
    good = detail[1]
    cases = (
        ("empty", "A payload of no bytes.", [texture, (CODE, b"")], "invalid"),
        ("no-step", "A payload that ends before its step.", [texture, (CODE, good[:1])], "invalid"),
        ("alone", "Detail without texture.", [detail], "invalid"),
        ("before", "Detail before texture.", [detail, texture], "invalid"),
        ("second", "A second detail layer.", [texture, detail, detail], "invalid"),
        (
            "eye-count",
            "More coefficients of an eye than there are.",
            [texture, layer(8, (most(0) + 4, 0, 0, 0), lambda *_: 0)],
            "invalid",
        ),
        (
            "mouth-count",
            "More coefficients of the mouth than there are.",
            [texture, layer(8, (0, 0, 0, most(3) + 4), lambda *_: 0)],
            "invalid",
        ),
        ("surplus", "A byte that no decision needs.", [texture, (CODE, good + bytes(8) + b"\1")], "invalid"),
        (
            "last-zero",
            "A last byte of 0, which an encoder leaves out.",
            [texture, (CODE, good + b"\0")],
            "invalid",
        ),
        ("code", "A code that no encoder writes.", [texture, (CODE, good[:2] + b"\xff" * 4)], "invalid"),
        ("coding", "Detail coding 2.", [texture, (CODE, b"\x20" + good[1:])], "unsupported"),
        (
            "bit",
            "A bit of the profile that means nothing yet.",
            [texture, (CODE, b"\x11" + good[1:])],
            "unsupported",
        ),
        ("step", "Quantiser step 128.", [texture, (CODE, good[:1] + b"\x80" + good[2:])], "unsupported"),
    )
    for name, shows, layers, cause in cases:
        prefix = "unsupported" if cause == "unsupported" else "bad"
        yield f"{prefix}-detail-{name}", shows, container.write(header, layers), cause
