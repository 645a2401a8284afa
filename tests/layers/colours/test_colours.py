"""Colours: what is encoded is decoded, damage is found."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcmcodec.errors import FormatError
from vcmcodec.format.container import Layer
from vcmcodec.format.wire import Reader
from vcmcodec.layers import kinds
from vcmcodec.layers.colours import head as colour_head
from vcmcodec.layers.colours import payload as colour_layer
from vcmcodec.layers.colours import ppm_colours, prediction, reference_pixels, ycocg
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Line, Move
from vcmcodec.limits import DEFAULT_LIMITS
from vcmcodec.scene import Scene

levels = st.integers(0, 255)


@given(levels, levels, levels)
def test_ycocg_is_lossless(red: int, green: int, blue: int) -> None:
    assert ycocg.to_rgb(*ycocg.to_ycocg(red, green, blue)) == (red, green, blue)


@given(
    st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=1, max_size=30, unique=True),
    st.integers(0, 2**32),
    st.integers(ppm_colours.MIN_STEP, ppm_colours.MAX_STEP),
    st.integers(ppm_colours.MIN_STEP, ppm_colours.MAX_STEP),
)
def test_colours_decode_to_what_the_encoder_knows(
    where: list[tuple[int, int]], seed: int, luma: int, chroma: int
) -> None:
    rng = random.Random(seed)
    wanted = [(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in where]
    known: list[ycocg.YCoCg] = []
    symbols = ppm_colours.symbols(where, known, wanted, (luma, chroma))
    decoded: list[ycocg.YCoCg] = []
    ppm_colours.colours(where, decoded, symbols, (luma, chroma))
    assert decoded == known
    for rgb, value in zip(wanted, known):
        y, co, cg = ycocg.to_ycocg(*rgb)
        assert abs(y - value[0]) <= luma / 2
        assert max(abs(co - value[1]), abs(cg - value[2])) <= chroma / 2


def test_a_colour_is_predicted_from_its_nearest_three() -> None:
    where = [(0, 0), (10, 0), (0, 10), (100, 100), (0, 1)]
    known = [(100, 8, 0), (50, 0, 0), (60, 0, 0), (250, 90, 90)]
    (y, co, cg), square, spread = prediction.predict(known, list(prediction.nearest(where))[4])
    assert 97 <= y < 100
    assert co == 8
    assert cg == 0
    assert (square, spread) == (1, 50)


def square() -> Scene:
    return Drawing(256, 256, 2, (Move((40, 40)), Line((90, 45)), Line((80, 99)), Line((30, 80)))).scene


def test_colour_layers_go_on_where_the_last_one_stopped() -> None:
    scene = square()
    wanted = [(200, 150, 120), (190, 140, 110), (20, 30, 40), (0, 0, 0)]
    first, scene = colour_layer.encode(scene, wanted[:1])
    second, scene = colour_layer.encode(scene, wanted[1:])
    seen = square()
    for payload in (first, second):
        seen = colour_layer.decode(seen, Reader(payload, layer=1), DEFAULT_LIMITS)
    assert seen.known == scene.known
    assert colour_head.read(Reader(second)) == colour_head.ColourHead(colour_head.DECISIONS, 2, 3)
    mask, _ = seen.planes
    assert mask.sum() == 4
    assert seen.first(2).known == scene.known[:2]


@pytest.mark.parametrize("first", [1, 2])
def test_colours_of_two_codings_are_refused(first: int) -> None:
    one, _ = colour_layer.encode(square(), [(1, 2, 3)], coding=first)
    other, _ = colour_layer.encode(square(), [(1, 2, 3)], coding=3 - first)
    scene = colour_layer.decode(square(), Reader(one, layer=1), DEFAULT_LIMITS)
    with pytest.raises(FormatError, match="two codings"):
        colour_layer.decode(scene, Reader(other, layer=2), DEFAULT_LIMITS)


def test_colours_are_refused_without_places() -> None:
    payload, _ = colour_layer.encode(square(), [(1, 2, 3)] * 5)
    with pytest.raises(FormatError, match="before the strokes"):
        kinds.decode(Scene(256, 256), Layer(colour_head.CODE, payload), 1, DEFAULT_LIMITS)


@pytest.mark.parametrize("coding", [1, 2])
@pytest.mark.parametrize("steps", range(6))
def test_both_codings_of_colours_say_the_same(coding: int, steps: int) -> None:
    rng = random.Random(steps)
    places = reference_pixels.of(square().drawing, filled=coding == 2)
    wanted = [(rng.randrange(256), rng.randrange(256), rng.randrange(256)) for _ in places]
    payload, scene = colour_layer.encode(square(), wanted, steps, coding)
    assert colour_head.read(Reader(payload)).coding == coding
    seen = colour_layer.decode(square(), Reader(payload, layer=1), DEFAULT_LIMITS)
    known: list[ycocg.YCoCg] = []
    ppm_colours.symbols(places, known, wanted, colour_head.STEPS[steps])
    assert list(seen.known) == list(scene.known) == known
    if coding == 2:
        sizes = colour_layer.costs(square(), wanted, steps).sizes
        assert sizes == sorted(sizes)
        assert len(sizes) == len(wanted)
        head = colour_head.ColourHead(coding, steps, len(wanted)).write()
        assert abs(sizes[-1] + len(head) - len(payload)) <= 1


@given(st.binary(max_size=30))
def test_any_colour_payload_decodes_or_is_refused(payload: bytes) -> None:
    try:
        scene = colour_layer.decode(square(), Reader(payload, layer=1), DEFAULT_LIMITS)
    except FormatError as error:
        assert error.layer == 1
    else:
        assert scene.known
