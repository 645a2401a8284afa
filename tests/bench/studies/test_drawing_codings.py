"""Other ways to code a drawing lose nothing, so that their sizes may stand beside the base layer's."""

from __future__ import annotations

import functools
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from portrait import portrait
from strokes import drawings as grids_and_ops

from vcmcodec import ModelError
from vcmcodec.bench.codecs import CodecError, bitmaps
from vcmcodec.bench.studies import drawing_codings
from vcmcodec.encoder.sketch import Sketch
from vcmcodec.entropy.ppm import primed
from vcmcodec.layers.edges import payload as edges
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.ops import Curve, Line, Move, Op


@functools.cache
def drawing() -> Drawing:
    return Sketch(portrait()).drawing(0.3, 4)


def read(data: bytes) -> Iterator[Op]:
    """The ops of an SVG-like string, by its description alone."""
    letters = {value: letter for letter, value in drawing_codings.LETTERS.items()}
    position, letter = 0, ""

    def point() -> tuple[int, int]:
        nonlocal position
        values = []
        for _ in range(2):
            byte = data[position]
            assert byte not in letters
            wide = byte == drawing_codings.ESCAPE
            values.append(
                int.from_bytes(data[position + 1 : position + 3], "big", signed=True)
                if wide
                else byte - drawing_codings.MARGIN
            )
            position += 3 if wide else 1
        return values[0], values[1]

    while position < len(data):
        if data[position] in letters:
            letter = letters[data[position]]
            position += 1
        elif letter == "M":
            letter = "L"
        if letter == "C":
            yield Curve(point(), point(), point())
        else:
            yield Move(point()) if letter == "M" else Line(point())


@given(grids_and_ops())
def test_an_svg_like_string_gives_the_ops_back(found) -> None:
    _, ops = found
    assert tuple(read(drawing_codings.svg_like(ops))) == ops


def test_an_svg_like_string_has_the_bytes_it_says() -> None:
    ops = (Move((1, 2)), Line((3, 4)), Line((5, 6)), Curve((-33, 219), (-32, 220), (7, 8)), Move((0, 0)))
    assert drawing_codings.svg_like(ops) == bytes(
        [252, 33, 34, 35, 36, 37, 38, 254, 255, 0xFF, 0xDF, 251, 0, 255, 0, 220, 39, 40, 252, 32, 32]
    )


def test_after_ppm_it_still_decodes() -> None:
    raw = drawing_codings.svg_like(drawing().ops)
    assert 128 <= len(raw) < 1 << 14
    payload = primed.encode(raw, b"")
    assert primed.decode(payload, len(raw), b"") == raw
    assert drawing_codings.svg_like_ppm(drawing().ops) == 2 + len(payload)


def test_nothing_drawn_takes_next_to_nothing() -> None:
    assert drawing_codings.svg_like(()) == b""
    assert drawing_codings.svg_like_ppm(()) == 1


def made(kind: type[bitmaps.Coder]) -> bitmaps.Coder:
    try:
        return kind()
    except ModelError as error:
        pytest.skip(str(error))


def shapes() -> dict[str, NDArray[np.uint8]]:
    noise = np.random.default_rng(1).integers(0, 2, (37, 45), dtype=np.uint8)
    return {"drawing": drawing().E, "nothing": np.zeros((64, 32), np.uint8), "odd sides": noise}


@pytest.mark.parametrize("kind", bitmaps.CODERS)
def test_a_bitmap_comes_back(kind: type[bitmaps.Coder]) -> None:
    coder = made(kind)
    for bitmap in shapes().values():
        data = coder.encode(bitmap)
        decoded = coder.decode(data)
        assert decoded.dtype == np.uint8 and (decoded == bitmap).all()
        assert bitmaps.size(coder, bitmap) == len(data)


@pytest.mark.parametrize("kind", bitmaps.CODERS)
def test_damage_is_a_codec_error(kind: type[bitmaps.Coder]) -> None:
    with pytest.raises(CodecError):
        made(kind).decode(b"no such file")


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **bodies: str) -> None:
    """Shell scripts for programs, ahead of all others on PATH."""
    for name, body in bodies.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


# Stands in for jbig2enc, which tests cannot install: the arguments are its own, the file is a PBM, with
# a longer head where typical prediction is on.
ENCODER = 'if [ "$1" = -d ]; then shift; printf "P4\\n# -d\\n"; tail -n +2 "$1"; else cat "$1"; fi'
DECODER = '[ "$1 $2 $3 $4" = "-t pbm -o -" ] && cat "$5"'


def test_jbig2_programs_are_used_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path, monkeypatch, jbig2=ENCODER, jbig2dec=DECODER)
    bitmap = drawing().E
    assert bitmaps.size(bitmaps.Jbig2(), bitmap) == len(b"P4\n256 256\n") + bitmap.size // 8


def test_a_coder_that_loses_pixels_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(tmp_path, monkeypatch, jbig2=ENCODER, jbig2dec='printf "P4\\n8 1\\n\\0"')
    with pytest.raises(CodecError, match="jbig2 does not give the bitmap back"):
        bitmaps.size(bitmaps.Jbig2(), drawing().E)
    coders, gaps = bitmaps.available()
    assert "jbig2" not in {coder.name for coder in coders}
    assert "jbig2: jbig2 does not give the bitmap back" in gaps


def test_missing_programs_are_named_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    coders, gaps = bitmaps.available()
    assert {"png", "webp"} - {gap.split(":")[0] for gap in gaps} <= {coder.name for coder in coders}
    assert any("pbmtojbg" in gap and "jbigkit-bin" in gap for gap in gaps)
    assert any("program jbig2 of jbig2enc" in gap for gap in gaps)


def test_every_way_has_a_size_or_a_gap() -> None:
    found, gaps = drawing_codings.sizes(drawing()), drawing_codings.gaps()
    missing = {gap.split(":")[0] for gap in gaps}
    assert {*found} | missing == {"svg", "svg + ppm", *(kind.name for kind in bitmaps.CODERS)}
    assert missing.isdisjoint(found)
    assert found["svg"] > found["svg + ppm"] > len(edges.encode(drawing()))
