"""Texture layers: the normative modules compute what integers give, and what is illegal is refused."""

from __future__ import annotations

import hashlib
import importlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vcmcodec import codec
from vcmcodec.entropy.binarise import signed, unsigned
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.errors import FormatError, ModelError, UnsupportedError
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.format.wire import Reader
from vcmcodec.layers.texture import frame as frames
from vcmcodec.layers.texture import head as heads
from vcmcodec.layers.texture import part as parts
from vcmcodec.layers.texture import payload, resample, steps, syntax, synthesis, tables
from vcmcodec.layers.texture.frame import WINDOW, Frame
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.layers.texture.tables import Basis, Transform
from vcmcodec.limits import DEFAULT_LIMITS
from vcmcodec.render import contracts
from vcmcodec.scene import Scene

document = importlib.import_module("decoder.texture_synthesis")
second = importlib.import_module("decoder")

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


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small transform and any weights, so that nothing depends on the trained ones."""
    contents = {
        heads.TRANSFORM: tables.write(small_transform()),
        heads.WEIGHTS: np.random.default_rng(2).integers(-30, 30, syntax.WEIGHTS).astype(np.int8).tobytes(),
    }
    listed = []
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        listed.append({"file": name, "sha256": hashlib.sha256(data).hexdigest()})
    (tmp_path / "models.json").write_text(json.dumps({"files": listed}))
    monkeypatch.setenv("VCM_MODELS", str(tmp_path))
    return tmp_path


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


# Numbers.


def test_steps_are_sixteen_an_octave() -> None:
    assert [steps.step(number) for number in (0, 1, 15, 16, 17, 127)] == [16, 17, 31, 32, 34, 3968]
    assert all(steps.step(number + 16) == 2 * steps.step(number) for number in range(112))
    for number in range(128):
        exact = 4 * np.log2(steps.step(number))
        assert abs(steps.quarter_octaves(number) - exact) <= 0.5


def test_values_lie_in_what_a_level_leaves_open() -> None:
    for step in (16, 31, 2048):
        assert steps.value(0, step, 3) == 0
        for shift in range(4):
            for level in (1, 2, 5):
                value = steps.value(level, step, shift)
                assert (level << shift) * step <= value <= ((level + 1 << shift) - 1) * step
                assert steps.value(-level, step, shift) == -value
    assert steps.value(5, 16, 0) == 80
    assert steps.value(1, 17, 2) == 4 * 17 + (9 * 17 >> 3)


@pytest.mark.parametrize("level", [8191, 65535, 1 << 30])
def test_values_are_clamped(level: int) -> None:
    assert steps.value(level, 3968, 3) == -steps.value(-level, 3968, 3) == steps.MAX_VALUE


def test_numbers_of_the_steps_of_both_parts_stay_in_range() -> None:
    for step in range(heads.STEPS):
        for offset in range(parts.FACE_STEPS):
            assert 0 <= parts.face_step(step, offset) < heads.STEPS


def test_classes_grow_with_what_they_are_of_and_fill_their_contexts() -> None:
    for function, most, last in ((syntax.sum_class, 5000, 15), (syntax.rank_class, 70000, 111)):
        found = [function(value) for value in range(most)]
        assert found == sorted(found) and set(found) == set(range(last + 1))


# The model files.


def test_a_transform_is_read_as_it_was_written() -> None:
    transform = small_transform()
    again = tables.parse(tables.write(transform))
    for one, other in zip(transform.parts, again.parts):
        assert (one.luma, one.chroma, one.energy, one.count) == (
            other.luma,
            other.chroma,
            other.energy,
            other.count,
        )
        for name in ("mean", "odd", "gain", "rows"):
            mine, theirs = getattr(one, name), getattr(other, name)
            assert (mine == theirs).all() and mine.dtype == theirs.dtype
    assert tables.write(again) == tables.write(transform)


def test_a_transform_of_another_length_is_refused() -> None:
    data = tables.write(small_transform())
    for cut in (0, 1, 3, 5, 200, len(data) - 1):
        with pytest.raises(ValueError, match="too short"):
            tables.parse(data[:cut])
    with pytest.raises(ValueError, match="too long"):
        tables.parse(data + b"\0")
    with pytest.raises(ValueError, match="too many coefficients"):
        tables.parse(data[:2] + (tables.MAX_COUNT + 1).to_bytes(2, "big") + data[4:] + bytes(1 << 20))


@pytest.mark.parametrize("name", [heads.TRANSFORM, heads.WEIGHTS])
def test_missing_or_altered_model_files_are_reported(models: Path, name: str) -> None:
    payloads, _ = layers_of(1, 1)
    path = models / name
    for place, changed in (("altered", path.read_bytes()[:-1]), ("missing", None)):
        other = models / place
        other.mkdir()
        for kept in filter(Path.is_file, models.iterdir()):
            (other / kept.name).write_bytes(kept.read_bytes())
        if changed is None:
            (other / name).unlink()
        else:
            (other / name).write_bytes(changed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("VCM_MODELS", str(other))
            with pytest.raises(ModelError):
                codec.decode_scene(written(payloads))


# Sums and pictures.


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


# The syntax.


@pytest.mark.parametrize("seed", range(30))
def test_layers_are_read_as_they_were_written(seed: int) -> None:
    payloads, scene = layers_of(seed)
    again = decoded(payloads)
    assert again.part(heads.CODE) == scene.part(heads.CODE)
    for end in range(1, len(payloads)):
        part = decoded(payloads[:end]).part(heads.CODE)
        assert len(part.canvas.levels) <= len(scene.part(heads.CODE).canvas.levels)


def test_layers_down_to_shift_0_give_what_one_layer_gives() -> None:
    rng = random.Random(4)
    wanted = [[rng.randint(-300, 300) >> rng.randint(0, 9) for _ in range(count)] for count in (90, 70)]

    def level(shift: int) -> syntax.Choose:
        def choose(part: int, rank: int, offsets: Sequence[int]) -> int:
            value = wanted[part][rank]
            return (abs(value) >> shift) * (-1 if value < 0 else 1)

        return choose

    once, alone = payload.encode(Scene(*SIZE), Wanted(0, (90, 70), level(0), begun()))
    scene, begin = Scene(*SIZE), begun()
    for shift in (3, 2, 1, 0):
        first = begin if shift == 3 else None
        _, scene = payload.encode(scene, Wanted(shift, (90, 70), level(shift), first))
    assert scene.part(heads.CODE) == alone.part(heads.CODE)
    assert list(alone.part(heads.CODE).canvas.levels) == wanted[0]


def test_the_size_is_that_of_what_is_written() -> None:
    rng = random.Random(8)
    values = [[rng.randint(-5, 5) for _ in range(count)] for count in (90, 70)]
    wanted = Wanted(1, (90, 70), lambda part, rank, offsets: values[part][rank], begun())
    data, scene = payload.encode(Scene(*SIZE), wanted)
    size, known = payload.size(None, wanted)
    assert known == scene.part(heads.CODE)
    assert abs(size - len(data)) < 2


# What is illegal.


def refused(payloads: Sequence[bytes], kind: type[FormatError], match: str, layer: int, at: int) -> None:
    """Asserts that a file of ``payloads`` is refused by both decoders, for what is wrong in payload ``layer``
    at its byte ``at``."""
    data = written(payloads)
    with pytest.raises(FormatError, match=match) as caught:
        codec.decode_scene(data)
    assert type(caught.value) is kind
    assert caught.value.layer == layer
    assert caught.value.offset == container.read(data)[1][layer].start + at
    with pytest.raises(second.Failure) as other:
        second.decode(data)
    assert other.value.cause == ("invalid" if kind is FormatError else "unsupported")


def coded(write: Callable[[ContextCoder], object], profile: int = 0x14, step: int | None = 50) -> bytes:
    """A payload of what ``write`` codes."""
    coder = Encoder()
    write(ContextCoder(coder, payload.model()))
    return bytes([profile] if step is None else [profile, step]) + coder.finish()


def framed(numbers: Sequence[int]) -> Callable[[ContextCoder], object]:
    def write(coder: ContextCoder) -> None:
        for index, (value, usual) in enumerate(zip(numbers, Frame())):
            signed(coder, value - usual, syntax.FRAME.at(index))
        coder.uniform(1, 4)

    return write


@pytest.fixture
def first() -> bytes:
    return layers_of(3, 1)[0][0]


def test_heads_that_are_illegal(first: bytes) -> None:
    later = bytes([first[0] & ~4]) + first[2:]
    refused([b""], FormatError, "profile needs 1 bytes", 0, 0)
    refused([first[:1]], FormatError, "step needs 1 bytes", 0, 1)
    refused([later], FormatError, "first texture layer without a step", 0, 1)
    refused([first, first], FormatError, "texture layer", 1, 2)
    for coding in (0, 2, 15):
        spoilt = bytes([first[0] & 15 | coding << 4]) + first[1:]
        refused([spoilt], UnsupportedError, f"coding {coding} is unknown", 0, 1)
    refused([bytes([first[0] | 8]) + first[1:]], UnsupportedError, "bit of the profile", 0, 1)
    for step in (128, 255):
        refused([bytes([first[0], step])], UnsupportedError, f"step {step} is unknown", 0, 2)


@pytest.mark.parametrize(
    "frame",
    [
        (513, 0, 160, 0),
        (-513, 0, 160, 0),
        (0, 513, 160, 0),
        (0, -513, 160, 0),
        (0, 0, 1024, 0),
        (0, 0, -1024, 0),
        (0, 0, 0, 1024),
        (0, 0, 0, -1024),
        (0, 0, 7, 3),
        (0, 0, 0, 0),
        (8191, -8191, 8191 + 160, 8191),
    ],
    ids=str,
)
def test_frames_that_are_illegal(frame: tuple[int, int, int, int]) -> None:
    assert Frame(*frame).fault() is not None
    refused([coded(framed(frame))], FormatError, "the frame", 0, 2)


@pytest.mark.parametrize(
    "frame", [(512, -512, 1023, -1023), (-512, 512, -1023, 1023), (0, 0, 8, 0), (0, 0, 0, -8), (0, 0, 6, 6)]
)
def test_frames_at_the_bounds_are_legal(frame: tuple[int, int, int, int]) -> None:
    data, scene = payload.encode(Scene(*SIZE), Wanted(0, (4, 4), lambda *_: 1, begun(frame=Frame(*frame))))
    assert decoded([data]).part(heads.CODE) == scene.part(heads.CODE)
    assert frames.Frame(*frame).fault() is None


def test_more_coefficients_than_there_are() -> None:
    def write(units: tuple[int, int]) -> Callable[[ContextCoder], object]:
        def written(coder: ContextCoder) -> None:
            framed(Frame())(coder)
            for part, number in enumerate((50, parts.face_step(50, 1))):
                unsigned(coder, units[part], syntax.COUNT.at(64 * part + number // 2, 64 * part))
                if units[part]:
                    return

        return written

    for units in ((24, 0), (8191, 0), (0, 19), (0, 8191)):
        refused([coded(write(units))], FormatError, "more coefficients than the transform has", 0, 2)
    # As many units as reach the last coefficient are legal, though they make more than there are.
    data, scene = payload.encode(Scene(*SIZE), Wanted(0, (90, 70), lambda *_: 0, begun()))
    assert len(scene.part(heads.CODE).canvas.levels) == 90
    assert decoded([data]).part(heads.CODE) == scene.part(heads.CODE)


@pytest.mark.parametrize("left", [1, 2, 3])
@pytest.mark.parametrize("part", [0, 1])
def test_levels_that_a_lower_layer_would_have_held(left: int, part: int) -> None:
    counts = ((4, 0), (0, 4))[part]
    zeros, scene = payload.encode(Scene(*SIZE), Wanted(left, counts, lambda *_: 0, begun()))
    known = scene.part(heads.CODE)
    for level in (1 << left, -(1 << left), 8191):
        coder = Encoder()
        with pytest.raises(ValueError, match="a level that a lower layer would have held"):
            syntax.walk(
                ContextCoder(coder, payload.model()),
                tables.transform(),
                known,
                0,
                False,
                counts,
                lambda *_, level=level: level,
            )
        refused([zeros, b"\x10" + coder.finish()], FormatError, "a lower layer would have held", 1, 1)
    most = (1 << left) - 1
    data, after = payload.encode(scene, Wanted(0, counts, lambda *_: -most))
    assert decoded([zeros, data]).part(heads.CODE) == after.part(heads.CODE)


def test_bytes_that_are_left_over(first: bytes) -> None:
    refused([first + bytes(8) + b"\1"], FormatError, "bytes are left over", 0, 2)
    refused([first + b"\0"], FormatError, "the last byte is 0", 0, 2)
    refused([first[:2] + b"\xff" * 4], FormatError, "no encoder writes these bytes", 0, 2)


def hostile(seed: int) -> Iterator[bytes]:
    """Payloads of any bytes behind a legal head."""
    rng = random.Random(seed)
    for _ in range(40):
        yield bytes([0x14 | rng.randrange(4), rng.randrange(128)]) + rng.randbytes(rng.randrange(300))


@pytest.mark.parametrize("seed", range(3))
def test_any_bytes_are_read_or_refused_alike(seed: int) -> None:
    for data in hostile(seed):
        try:
            scene = decoded([data])
        except FormatError:
            with pytest.raises(second.Invalid):
                second.decode(written([data]))
        else:
            assert scene.T is not None and (second.decode(written([data])).T == scene.T).all()


def test_a_known_part_is_as_good_as_the_layers_that_told_it() -> None:
    payloads, scene = layers_of(9)
    known: Texture = scene.part(heads.CODE)
    assert decoded(payloads).part(heads.CODE) == known
    assert (replace(known).T == known.T).all()
