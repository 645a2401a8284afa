"""Sections 6.3 to 6.6: the colour layers, and the planes M and C."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from decoder.decisions import Decisions, Shape, bits, clip, read_elements
from decoder.drawing import Plane
from decoder.failures import MOST_COLOURS, Invalid, Unsupported, check_limit
from decoder.ops import Point
from decoder.reader import Reader
from decoder.symbols import decode_symbols

LUMA_STEPS = (6, 8, 10, 12, 16, 24)
CHROMA_STEPS = (8, 12, 14, 18, 24, 32)
ELEMENTS = (
    Shape("Y", 64, (16, 144, 16, 54, 16)),
    Shape("CO", 64, (16, 144, 31, 16, 54)),
    Shape("CG", 64, (16, 144, 31, 31, 16, 54)),
)


class YCoCg(NamedTuple):
    """Section 6.3: a colour, or the levels of one."""

    y: int
    co: int
    cg: int


class Prediction(NamedTuple):
    """Section 6.3, step 1, and what section 6.5 asks about it: its `q` and its `d`."""

    colour: YCoCg
    distance: int
    spread: int


class ColourHead(NamedTuple):
    """Section 6.3: a colour layer, up to its levels."""

    coding: int
    steps: int
    colours: int
    coded: bytes


def read_colour_head(payload: bytes) -> ColourHead:
    """Section 6.3: what can be read of a colour layer without its places."""
    reader = Reader(payload, Invalid)
    profile = reader.byte("profile")
    coding, steps = profile >> 4, profile & 0x0F
    if coding not in (1, 2):
        raise Unsupported(f"colour coding {coding}")
    if steps >= len(LUMA_STEPS):
        raise Unsupported(f"colour steps {steps}")
    count = reader.varint("count")
    if count == 0:
        raise Invalid("a colour layer without colours")
    return ColourHead(coding, steps, count, reader.rest())


def read_colours(heads: list[ColourHead], places: list[Point]) -> list[YCoCg]:
    """Section 6.3: the colours of all layers, those of the first places in their order."""
    if len({head.coding for head in heads}) > 1:
        raise Invalid("colours of two codings")
    check_limit("colours", sum(head.colours for head in heads), MOST_COLOURS)
    known: list[YCoCg] = []
    for head in heads:
        if head.colours > len(places) - len(known):
            raise Invalid(f"{head.colours} colours for {len(places) - len(known)} places")
        if head.coding == 1:
            read_primed_colours(head, places, known)
        else:
            read_decided_colours(head, places, known)
    return known


def read_primed_colours(head: ColourHead, places: list[Point], known: list[YCoCg]) -> None:
    """Section 6.4: adds a layer of coding 1 to what is known."""
    symbols = decode_symbols(head.coded, 3 * head.colours, "colours-1.primer")
    levels = [(symbol + 1) // 2 if symbol % 2 else -(symbol // 2) for symbol in symbols]
    planes = (levels[: head.colours], levels[head.colours : 2 * head.colours], levels[2 * head.colours :])
    for level in map(YCoCg, *planes):
        known.append(dequantised(predict(places, known).colour, level, head.steps))


def read_decided_colours(head: ColourHead, places: list[Point], known: list[YCoCg]) -> None:
    """Section 6.5: adds a layer of coding 2 to what is known."""
    decisions = Decisions(head.coded)
    for _ in range(head.colours):
        prediction = predict(places, known)
        level = read_level(decisions, prediction, head.steps, len(known))
        known.append(dequantised(prediction.colour, level, head.steps))
    decisions.finish()


def read_level(decisions: Decisions, prediction: Prediction, steps: int, known: int) -> YCoCg:
    """Section 6.5: the levels of one place."""
    by = read_elements("colours-2.weights", ELEMENTS)
    colour = prediction.colour
    apart = min(bits(prediction.spread // LUMA_STEPS[steps]), 8)
    away = min(bits(prediction.distance), 15)
    both = 16 * apart + away
    coarse = 6 * apart + steps
    y = decisions.signed(by["Y"].under(away, both, tone(colour.y), coarse, min(known, 15)))
    co = decisions.signed(by["CO"].under(away, both, clip(y), tone(colour.co + 128), coarse))
    cg = decisions.signed(by["CG"].under(away, both, clip(y), clip(co), tone(colour.cg + 128), coarse))
    return YCoCg(y, co, cg)


def tone(value: int) -> int:
    """Section 6.5: a component as a context's value, 0..15."""
    return min(max(value >> 4, 0), 15)


def predict(places: list[Point], known: list[YCoCg]) -> Prediction:
    """Section 6.3, step 1: what the next place's colour is thought to be."""
    if not known:
        return Prediction(YCoCg(128, 24, -8), 0, 0)
    before = np.array(places[: len(known)], np.int64)
    squared = ((before - np.array(places[len(known)])) ** 2).sum(axis=1)
    nearest = np.argsort(squared, kind="stable")[:3].tolist()  # of equally near ones the earlier
    weights = [65536 // int(squared[index]) + 1 for index in nearest]
    total = sum(weights)
    components = zip(*(known[index] for index in nearest))
    colour = YCoCg(
        *(
            (2 * sum(weight * value for weight, value in zip(weights, values)) + total) // (2 * total)
            for values in components
        )
    )
    lumas = [known[index].y for index in nearest]
    return Prediction(colour, int(squared[nearest[0]]), max(lumas) - min(lumas))


def dequantised(prediction: YCoCg, level: YCoCg, steps: int) -> YCoCg:
    """Section 6.3, steps 2 and 3: a place's colour, clamped."""
    luma, chroma = LUMA_STEPS[steps], CHROMA_STEPS[steps]
    return YCoCg(
        min(max(prediction.y + level.y * luma, 0), 255),
        min(max(prediction.co + level.co * chroma, -255), 255),
        min(max(prediction.cg + level.cg * chroma, -255), 255),
    )


def rgb(colour: YCoCg) -> tuple[int, ...]:
    """Section 6.3: R, G and B of a colour."""
    t = colour.y - (colour.cg >> 1)
    green = colour.cg + t
    blue = t - (colour.co >> 1)
    red = blue + colour.co
    return tuple(min(max(value, 0), 255) for value in (red, green, blue))


def planes_of(places: list[Point], colours: list[YCoCg], width: int, height: int) -> tuple[Plane, Plane]:
    """Section 6.6: M and C."""
    mask = np.zeros((height, width), np.uint8)
    rgbs = np.zeros((height, width, 3), np.uint8)
    for place, colour in zip(places, colours):
        mask[place.y, place.x] = 1
        rgbs[place.y, place.x] = rgb(colour)
    return mask, rgbs
