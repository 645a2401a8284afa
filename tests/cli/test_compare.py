"""``vcm compare`` and ``vcm strokes``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import scenes
from command import Runner
from PIL import Image
from portrait import default_file, file, portrait, texture_file
from scenes import Pasted

import vcmcodec
from vcmcodec.encoder import photograph
from vcmcodec.errors import ModelError, PictureError
from vcmcodec.metrics import measures
from vcmcodec.render import paste


def test_a_file_is_compared_with_its_picture(vcm: Runner) -> None:
    Path("a.vcm").write_bytes(default_file())
    decoded = np.asarray(vcmcodec.decode(default_file()))
    report = json.loads(vcm("compare", "face.png", "a.vcm", "--json", "-o", "side.png").out)
    assert report["psnr"] == pytest.approx(measures.psnr(portrait(), decoded))
    assert report["bytes"] == len(default_file())
    with Image.open("side.png") as image:
        side = np.asarray(image)
    assert (side[:, :256] == portrait()).all() and (side[:, 256:512] == decoded).all()
    assert vcm("compare", "face.png", "a.vcm").out.startswith("PSNR       ")
    vcm.fails(10, "compare", "face.png", "a.vcm", "-o", "side.png", says="is there already")


def test_judges_that_are_missing_are_named(vcm: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> None:
        raise ModelError(f"no {name} here")

    monkeypatch.setattr("vcmcodec.metrics.make", none)
    done = vcm("compare", "face.png", "face.png")
    assert done.code == 0
    assert done.out.splitlines()[0].split() == ["PSNR", "inf", "dB"]
    assert "no LPIPS: no lpips-alex here" in done.out


def test_equal_pictures_are_json_too(vcm: Runner) -> None:
    def refused(constant: str) -> None:
        raise ValueError(constant)

    done = vcm("compare", "face.png", "face.png", "--json")
    assert json.loads(done.out, parse_constant=refused)["psnr"] is None
    Path("linked.png").symlink_to("face.png")
    vcm.fails(2, "compare", "face.png", "face.vcm", "-f", "-o", "linked.png", says="is the input")


def test_a_crop_is_compared_with_what_was_cropped(vcm: Runner) -> None:
    image = scenes.backdrop(800, 600)
    scenes.paste(image, portrait(), Pasted(400, 300, 260, 14))
    image.save("group.png")
    assert vcm("encode", "group.png").code == 0
    report = json.loads(vcm("compare", "group.png", "group.vcm", "--json").out)
    assert 22 < report["psnr"] < 40
    vcm.fails(3, "compare", "face.png", "group.vcm", says="the face comes from 800 x 600")
    vcm.fails(3, "compare", "face.png", "group.png", says="cannot be compared")


@pytest.mark.parametrize("roll", [0, 17])
def test_what_was_taken_is_what_was_coded(roll: int) -> None:
    image = scenes.backdrop(800, 600)
    scenes.paste(image, portrait(), Pasted(90, 200, 260, roll))
    pixels = np.asarray(image)
    (cut,) = photograph.framed(pixels)
    assert cut.crop is not None and bool(cut.crop.turn) == bool(roll)
    taken = paste.taken(pixels, cut.crop, *cut.pixels.shape[1::-1])
    assert np.abs(taken.astype(int) - cut.pixels).mean() < (1.5 if roll else 1e-9)
    with pytest.raises(PictureError, match="comes from 800 x 600"):
        paste.taken(pixels[:-1], cut.crop, 64, 64)


def test_strokes_are_drawn(vcm: Runner) -> None:
    assert vcm("strokes", "face.vcm", "--scale", 1) == (0, "", "")
    _, scene = vcmcodec.decode_scene(file())
    with Image.open("face.strokes.png") as image:
        drawn = np.asarray(image)
    assert ((drawn == 0).all(axis=2) == scene.E).all()
    assert vcm("strokes", "face.vcm", "-o", "large.png").code == 0
    with Image.open("large.png") as image:
        assert image.size == (1024, 1024)
    Path("a.vcm").write_bytes(texture_file())
    vcm.fails(4, "strokes", "a.vcm", says="no edges layer to draw: vcm encode --scheme strokes or mixed")


def test_landmarks_are_marked_on_what_the_texture_shows(vcm: Runner) -> None:
    pytest.importorskip("dlib", reason="dlib finds landmarks: make bench-setup")
    Path("a.vcm").write_bytes(default_file())
    done = vcm("strokes", "a.vcm", "--landmarks")
    if done.code == 7:
        pytest.skip(done.err)
    assert done == (0, "", "")
    with Image.open("a.strokes.png") as image:
        red = (np.asarray(image) == (220, 0, 0)).all(axis=2)
    assert 500 < red.sum() < 20000
