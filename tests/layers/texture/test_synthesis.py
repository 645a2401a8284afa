"""Sums and pictures are those that integers give."""

from __future__ import annotations

import importlib
import random
from collections.abc import Sequence

import numpy as np
import pytest
from texture_layers import SIZE, basis, begun, layers_of, written

from vcmcodec.layers.texture import payload, resample, steps, synthesis, tables
from vcmcodec.layers.texture.frame import WINDOW, Frame
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.layers.texture.tables import Basis
from vcmcodec.render import contracts
from vcmcodec.scene import Scene

document = importlib.import_module("decoder.texture_synthesis")
second = importlib.import_module("decoder")


def in_python(part: Basis, values: Sequence[int]) -> list[list[list[int]]]:
    """The grids of a part by Python's integers, sample by sample."""
    out, start = [], 0
    for side in (part.luma, part.chroma, part.chroma):
        grid = [[0] * side for _ in range(side)]
        for row in range(side):
            for column in range(side // 2):
                at = start + row * (side // 2) + column
                shares = [[0], [0]]
                for rank, value in enumerate(values):
                    shares[int(part.odd[rank])].append(
                        value * int(part.gain[rank]) * int(part.rows[rank, at])
                    )
                even, odd = int(part.mean[at]) * 2**20 + sum(shares[0]), sum(shares[1])
                for place, total in ((column, even + odd), (side - 1 - column, even - odd)):
                    grid[row][place] = min(max((total + 2**19) // 2**20, -16383), 16383)
        out.append(grid)
        start += side * side // 2
    return out


@pytest.mark.parametrize("seed", range(4))
def test_grids_are_those_of_integers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    part = basis(rng, 8, 4, 90)
    values = np.where(rng.random(90) < 0.3, 0, rng.integers(-4000, 4000, 90))
    found = synthesis.grids(part, values[: 90 - 20 * seed])
    for grid, exact in zip(found, in_python(part, values[: 90 - 20 * seed].tolist())):
        assert grid.tolist() == exact


@pytest.mark.parametrize("pattern", [(1, 1), (-1, -1), (1, -1), (-1, 1)])
def test_sums_stay_exact_at_the_extremes(pattern: tuple[int, int]) -> None:
    """The largest coefficients, gains and rows that a file and a model file can hold, as many as there may
    be, and one small share that a rounded sum would lose."""
    most = tables.MAX_COUNT
    part = basis(np.random.default_rng(0), 2, 2, most, extreme=True)
    values = np.array([pattern[rank % 2] * steps.MAX_VALUE for rank in range(most)], dtype=np.int64)
    values[-2:] = 1
    part.rows[-1] = 1
    for cut in (most, most - 1):
        found = synthesis.grids(part, values[:cut])
        for grid, exact in zip(found, in_python(part, values[:cut].tolist())):
            assert grid.tolist() == exact
    # The same before rounding and clamping, where one is lost if anything is.
    scaled = values * part.gain
    total = int(sum(int(one) * int(row) for one, row in zip(scaled, part.rows[:, 0])))
    floats = scaled.astype(np.float64) @ part.rows[:, 0].astype(np.float64)
    assert int(floats) == total and abs(total) < 2**53
    assert sum(abs(int(one) * int(row)) for one, row in zip(scaled, part.rows[:, 0])) < 2**53


@pytest.mark.parametrize("samples", [2, 4, 7, 32, 64, 254])
@pytest.mark.parametrize("pixels", [8, 32, 100, 151, 160, 1024])
def test_weights_add_up_and_are_those_of_the_document(samples: int, pixels: int) -> None:
    found = resample.cubic(samples, pixels, 0, pixels)
    assert (found.sum(axis=1) == 1 << resample.WEIGHT_BITS).all()
    assert np.abs(found).sum(axis=1).max() <= 81920
    for row, (numbers, weights) in zip(found, document.taps(samples, pixels)):
        exact = [0] * samples
        for number, weight in zip(numbers, weights):
            exact[number] += weight
        assert row.tolist() == exact
    assert (resample.cubic(samples, pixels, 3, 4) == found[3:7]).all()
    assert (found == found[::-1, ::-1]).all() or samples % pixels or pixels % samples


def test_enlargement_is_exact_at_the_extremes() -> None:
    for seed in range(3):
        rng = np.random.default_rng(seed)
        grid = rng.choice((-16383, 16383), (64, 64))
        rows = resample.cubic(64, 160, 0, 160)
        found = resample.enlarge(grid.astype(rows.dtype), rows, rows)
        assert (found == document.enlarged(grid, 160, 160)).all()


def placed_in_python(window: np.ndarray, frame: Frame, width: int, height: int, x: int, y: int) -> list[int]:
    """What the window adds to pixel (x, y), by Python's integers and fractions of the document."""
    side, square = max(width, height), frame.across**2 + frame.down**2
    right = (2 * x + 1 - width) * 128 - side * frame.x
    below = (2 * y + 1 - height) * 128 - side * frame.y
    u = (10240 * (frame.across * right + frame.down * below) + side * square) // (2 * side * square) + 2544
    v = (10240 * (frame.across * below - frame.down * right) + side * square) // (2 * side * square) + 2544
    if not (0 <= u < 5088 and 0 <= v < 5088):
        return [0, 0, 0]
    (k, fu), (m, fv) = divmod(u, 32), divmod(v, 32)
    out = []
    for plane in range(3):
        a, b, c, d = (int(window[m + i, k + j, plane]) for i in (0, 1) for j in (0, 1))
        upper, lower = a * (32 - fu) + b * fu, c * (32 - fu) + d * fu
        out.append((upper * (32 - fv) + lower * fv + 512) // 1024)
    return out


FRAMES = (
    Frame(),
    Frame(0, 0, 256, 0),
    Frame(3, 20, 140, -9),
    Frame(-30, 60, -90, 120),
    Frame(512, -512, 300, 5),
    Frame(-512, 512, -1023, 1023),
    Frame(0, 0, 1023, -1023),
    Frame(-9, 4, 0, -8),
    Frame(100, 100, 6, 6),
    Frame(-512, -512, 1023, 0),
)


@pytest.mark.parametrize("frame", FRAMES, ids=str)
@pytest.mark.parametrize("size", [(32, 32), (40, 23), (8, 64), (61, 8)], ids=str)
def test_the_window_lies_where_its_frame_puts_it(frame: Frame, size: tuple[int, int]) -> None:
    width, height = size
    window = np.random.default_rng(3).integers(-25000, 25000, (WINDOW, WINDOW, 3)).astype(np.int32)
    rows, columns, added = resample.place(window, frame, width, height)
    whole = np.zeros((height, width, 3), dtype=np.int64)
    whole[rows, columns] = added
    exact = [
        [placed_in_python(window, frame, width, height, x, y) for x in range(width)] for y in range(height)
    ]
    assert whole.tolist() == exact


def test_no_frame_overflows_on_the_largest_canvas() -> None:
    rng = random.Random(5)
    window = np.random.default_rng(5).integers(-25000, 25000, (WINDOW, WINDOW, 3)).astype(np.int32)
    for frame in (Frame(-512, 512, 1023, -1023), Frame(512, 512, -8, 0), Frame(0, 0, 1023, 1023)):
        rows, columns, added = resample.place(window, frame, 1024, 1024)
        whole = np.zeros((1024, 1024, 3), dtype=np.int64)
        whole[rows, columns] = added
        for _ in range(400):
            x, y = rng.choice((0, 1023, rng.randrange(1024))), rng.choice((0, 1023, rng.randrange(1024)))
            assert whole[y, x].tolist() == placed_in_python(window, frame, 1024, 1024, x, y)


@pytest.mark.parametrize("seed", range(8))
def test_T_is_that_of_the_second_decoder(seed: int) -> None:
    payloads, scene = layers_of(seed)
    assert scene.T is not None and scene.T.dtype == np.int16 and scene.T.shape == (64, 96, 3)
    assert (second.decode(written(payloads)).T == scene.T).all()
    assert (synthesis.rgb(scene.T) == document.preview(scene.T)).all()


def test_T_of_a_layer_without_coefficients_is_the_mean() -> None:
    data, scene = payload.encode(Scene(96, 96), Wanted(0, (0, 0), lambda *_: 0, begun()))
    part, start = tables.transform().canvas, 0
    for plane, side in enumerate((part.luma, part.chroma, part.chroma)):
        half = part.mean[start : start + side * side // 2].reshape(side, side // 2).astype(np.int64)
        start += side * side // 2
        mirrored = np.concatenate([half, half[:, ::-1]], axis=1)
        found = scene.T[:, :, plane]  # type: ignore[index]
        expected = np.clip(document.enlarged(mirrored, 96, 96), -16383, 16383)
        # The scene's canvas is a square here, the part's was not: its own size is what counts.
        assert found.shape == SIZE[::-1]
        assert (found == expected[16:80]).all()


def test_levels_of_0_say_nothing() -> None:
    _, none = payload.encode(Scene(*SIZE), Wanted(0, (0, 0), lambda *_: 0, begun()))
    _, zeros = payload.encode(Scene(*SIZE), Wanted(2, (90, 70), lambda *_: 0, begun()))
    assert none.T is not None and (none.T == zeros.T).all()


def test_T_is_clamped() -> None:
    _, scene = payload.encode(Scene(*SIZE), Wanted(3, (90, 70), lambda *_: 8191, begun(127, 3)))
    assert scene.T is not None and np.abs(scene.T.astype(int)).max() == synthesis.MAX_SAMPLE


def test_rgb_is_the_nearest_colour() -> None:
    grey = np.zeros((1, 6, 3), dtype=np.int16)
    grey[0, :, 0] = (0, 7, 8, 1600, 4087, 16383)
    assert synthesis.rgb(grey)[0, :, 1].tolist() == [0, 0, 1, 100, 255, 255]
    assert (synthesis.rgb(grey) == synthesis.rgb(grey)[:, :, :1]).all()
    colour = np.array([[[16 * 100, 16 * 40, -16 * 20]]], dtype=np.int16)
    assert synthesis.rgb(colour).tolist() == [[[130, 90, 90]]]


def test_networks_without_T_see_it_on_a_lattice() -> None:
    _, scene = payload.encode(Scene(*SIZE), Wanted(0, (40, 40), lambda *_: 1, begun()))
    x = contracts.strokes_and_colours(scene)
    rgb = synthesis.rgb(scene.T)  # type: ignore[arg-type]
    places = np.zeros((64, 96), dtype=bool)
    for row in range(1, 64, 3):
        for column in range(1, 96, 3):
            places[row, column] = True
    assert ((x[1] == 1) == places).all()
    shown = np.rint((x[2:] + 1) * 127.5).astype(int).transpose(1, 2, 0)
    assert (shown[places] == rgb[places]).all() and not x[2:][:, ~places].any()
