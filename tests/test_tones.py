"""Grey pictures decode grey, and a picture of one colour is that colour, at every size."""

from __future__ import annotations

import importlib
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Runner
from numpy.typing import NDArray
from portrait import portrait
from repository import VECTORS

import vcmcodec
from vcmcodec.encoder.goal import PRESETS
from vcmcodec.interop import svg
from vcmcodec.render import grey

document = importlib.import_module("decoder.texture_synthesis")
decoder = importlib.import_module("decoder")

COLOURS = {"white": (255, 255, 255), "black": (0, 0, 0), "grey": (127, 127, 127), "red": (230, 10, 25)}
SIZES: list[dict[str, Any]] = [
    *({"preset": preset} for preset in PRESETS),
    {"bytes": 24},
    {"quality": 50},
    {"scheme": "strokes"},
    {"scheme": "strokes", "bytes": 24},
    {"scheme": "mixed"},
    {"scheme": "hu2020"},
]


def is_grey(picture: Any) -> bool:
    samples = np.asarray(picture)
    return bool((samples == samples[:, :, :1]).all())


def grey_portrait() -> NDArray[np.uint8]:
    return np.ascontiguousarray(np.repeat(portrait()[:, :, 1:2], 3, axis=2))


@pytest.mark.parametrize("colour", COLOURS.values(), ids=COLOURS)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_blank_gives_a_blank(colour: tuple[int, int, int], size: dict[str, Any]) -> None:
    picture = np.empty((300, 200, 3), dtype=np.uint8)
    picture[:] = colour
    data = vcmcodec.encode(picture, **size)
    assert len(data) <= 24
    for shown in (vcmcodec.decode(data), vcmcodec.preview(data)):
        assert (np.asarray(shown) == colour).all()


def test_noise_of_two_levels_is_a_blank_and_more_is_not() -> None:
    rng = np.random.default_rng(1)
    picture = (np.array([90, 20, 200]) + rng.integers(-2, 3, (256, 256, 3))).astype(np.uint8)
    data = vcmcodec.encode(picture, preset="micro")
    assert len(data) < 24
    assert np.abs(np.asarray(vcmcodec.decode(data)).astype(int) - picture).max() <= 2
    picture[90:120, 90:120] += 4
    assert len(vcmcodec.encode(picture, preset="micro")) > 24


def test_info_says_what_a_blank_is(vcm: Runner) -> None:
    Path("blank.vcm").write_bytes(vcmcodec.encode(np.full((64, 64, 3), 9, dtype=np.uint8)))
    said = vcm("info", "blank.vcm").out
    assert "picture    64 x 64, grey\n" in said and "texture    one colour, #090909\n" in said
    assert vcm("check", "blank.vcm") == (0, "", "")
    done = vcm("strokes", "blank.vcm", "-o", "drawing.png")
    assert done.code == 4 and "Traceback" not in done.err


@pytest.mark.parametrize("scheme", ["texture", "strokes", "mixed"])
def test_a_grey_picture_decodes_grey(scheme: str) -> None:
    data = vcmcodec.encode(grey_portrait(), scheme=scheme)
    assert vcmcodec.inspect(data).grey and vcmcodec.inspect(data).to_dict()["grey"]
    for realism in (0.0, 1.0):
        assert is_grey(vcmcodec.decode(data, realism=realism))
    if scheme != "strokes":
        assert is_grey(vcmcodec.preview(data))
    assert svg.encode(svg.load(svg.dump(data))) == data
    assert not vcmcodec.inspect(vcmcodec.encode(portrait(), scheme=scheme)).grey


def test_a_grey_file_costs_no_byte_and_stays_grey_when_cut(vcm: Runner) -> None:
    data = vcmcodec.encode(grey_portrait(), bytes=300)
    coloured = data[:2] + bytes([data[2] & 0x7F]) + data[3:]
    assert len(coloured) == len(data) and data[2] == 0x81
    with pytest.raises(vcmcodec.FormatError, match="the check does not match"):
        vcmcodec.decode(coloured)
    Path("grey.vcm").write_bytes(data)
    assert vcm("cut", "grey.vcm", "--bytes", 200, "-o", "cut.vcm").code == 0
    assert vcmcodec.inspect(Path("cut.vcm").read_bytes()).grey


@pytest.mark.parametrize("name", ["good-grey", "good-plain-white"])
def test_both_decoders_show_the_stated_grey(name: str) -> None:
    stated = json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))["vectors"]
    (vector,) = (one for one in stated if one["name"] == name)
    data = (VECTORS / f"{name}.vcm").read_bytes()
    _, scene = vcmcodec.decode_scene(data)
    assert scene.shown is not None
    for shown in (grey.neutral(scene.shown), document.neutral(document.preview(decoder.decode(data).T))):
        assert sha256(shown.tobytes()).hexdigest() == vector["shown"] and is_grey(shown)
