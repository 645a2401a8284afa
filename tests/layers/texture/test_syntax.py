"""Layers are read as they were written, and what is illegal is refused."""

from __future__ import annotations

import importlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import pytest
from texture_layers import SIZE, begun, decoded, layers_of, written

from vcmcodec import codec
from vcmcodec.entropy.binarise import signed, unsigned
from vcmcodec.entropy.contexts import ContextCoder
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.errors import FormatError, UnsupportedError
from vcmcodec.format import container
from vcmcodec.layers.texture import frame as frames
from vcmcodec.layers.texture import head as heads
from vcmcodec.layers.texture import part as parts
from vcmcodec.layers.texture import payload, syntax, tables
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.part import Texture
from vcmcodec.layers.texture.payload import Wanted
from vcmcodec.scene import Scene

second = importlib.import_module("decoder")


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
    for coding in (0, 2, 14):
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


def test_a_known_part_is_as_good_as_the_layers_that_hold_it() -> None:
    payloads, scene = layers_of(9)
    known: Texture = scene.part(heads.CODE)
    assert decoded(payloads).part(heads.CODE) == known
    assert (replace(known).T == known.T).all()
