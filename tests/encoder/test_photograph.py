"""Photographs: every face is found, framed as the training faces are, and put back."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
import scenes
from command import Runner
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter
from portrait import default_file, portrait
from scenes import Pasted

import vcmcodec
from vcmcodec.encoder import photograph
from vcmcodec.errors import PictureError

GROUP = (Pasted(300, 260, 300, 0), Pasted(720, 300, 180, 18), Pasted(560, 620, 120, -15))
"""Three faces in a picture of 1000 x 800."""


@functools.cache
def group() -> Image.Image:
    image = scenes.backdrop(1000, 800)
    for place in GROUP:
        scenes.paste(image, portrait(), place)
    return image


def pixels() -> NDArray[np.uint8]:
    return np.asarray(group())


def test_every_face_is_found_the_largest_first() -> None:
    found = photograph.faces(pixels())
    assert len(found) == len(GROUP)
    for face, place in zip(found, GROUP):
        assert abs(face.points.mean(axis=0) - (place.x, place.y)).max() < 0.15 * place.side


@pytest.mark.parametrize(("side", "roll"), [(62, 20), (70, -14)])
def test_what_may_be_a_face_is_looked_at_from_near(side: int, roll: int) -> None:
    image = scenes.backdrop(1000, 800, seed=2)
    scenes.paste(image, portrait(), Pasted(500, 400, side, roll))
    (face,) = photograph.faces(np.asarray(image))
    assert face.score < photograph.LIKELY
    assert np.abs(face.points.mean(axis=0) - (500, 400)).max() < 0.15 * side
    for seed in range(8):
        assert photograph.faces(np.asarray(scenes.backdrop(1000, 800, seed))) == []


@pytest.mark.parametrize(
    ("eyes", "mouth", "head", "blur"), [((47, 87), True, False, 4), ((47,), False, True, 7)]
)
def test_what_looks_like_a_face_from_afar_alone_is_none(
    eyes: tuple[int, ...], mouth: bool, head: bool, blur: int
) -> None:
    drawing = Image.new("RGB", (160, 160), (150, 120, 100))
    pen = ImageDraw.Draw(drawing)
    for x in eyes:
        pen.ellipse((x, 68, x + 30, 84), fill=(50, 40, 40))
    if mouth:
        pen.ellipse((65, 132, 115, 146), fill=(90, 50, 40))
    if head:
        pen.ellipse((25, 5, 155, 175), outline=(60, 50, 40), width=6)
    image = scenes.backdrop(1000, 800, seed=3)
    image.paste(drawing.filter(ImageFilter.GaussianBlur(blur)).resize((200, 200)), (100, 100))
    (alone,) = photograph.faces(np.asarray(image))  # there is no better one
    assert 0.6 < alone.score < photograph.SURE
    scenes.paste(image, portrait(), Pasted(700, 500, 220, 0))
    (face,) = photograph.faces(np.asarray(image))
    assert np.abs(face.points.mean(axis=0) - (700, 500)).max() < 0.15 * 220


def test_the_largest_is_the_one_whose_crop_is() -> None:
    image = scenes.backdrop(1000, 700, seed=1)
    scenes.paste(image, portrait(), Pasted(250, 300, 200, -20))
    scenes.paste(image, portrait(), Pasted(700, 350, 195, 14))
    sides = [cut.pixels.shape[0] for cut in photograph.framed(np.asarray(image), "all")]
    assert sides == sorted(sides, reverse=True) and len(sides) == 2
    for face in ("auto", "1"):
        assert photograph.framed(np.asarray(image), face)[0].pixels.shape[0] == sides[0]
    assert photograph.framed(np.asarray(image), "2")[0].pixels.shape[0] == sides[1]


@pytest.mark.parametrize("side", [90, 200, 500, 1200])
@pytest.mark.parametrize("roll", [-20, 0, 20])
def test_faces_of_any_size_and_roll_are_framed_alike(side: int, roll: int) -> None:
    image = scenes.backdrop(1600, 1300, seed=2)
    scenes.paste(image, portrait(), Pasted(800, 650, side, roll))
    (cut,) = photograph.framed(np.asarray(image))
    assert cut.crop is not None and cut.faces == 1
    assert 0.65 < cut.pixels.shape[0] / side < 1.05
    turned = cut.crop.turn - 256 * (cut.crop.turn > 128)
    assert abs(turned * 360 / 256 - roll) < 13  # the portrait's own is six degrees
    (face,) = photograph.faces(cut.pixels)
    assert photograph.is_framed(face, *cut.pixels.shape[1::-1])


def test_a_framed_picture_is_coded_whole_bit_for_bit() -> None:
    (cut,) = photograph.framed(portrait())
    assert cut.pixels is portrait() and cut.crop is None
    assert vcmcodec.encode(portrait(), face="auto") == default_file()


def test_an_upright_crop_takes_the_picture_s_own_samples() -> None:
    cut = photograph.framed(pixels(), "1")[0]
    assert cut.crop is not None and not cut.crop.turn
    height, width = cut.pixels.shape[:2]
    x, y = cut.crop.x, cut.crop.y
    assert (cut.pixels == pixels()[y : y + height, x : x + width]).all()


def test_a_face_at_the_border_is_framed_by_what_goes_on() -> None:
    image = scenes.backdrop(600, 500, seed=3)
    scenes.paste(image, portrait(), Pasted(60, 120, 300, 0))
    (cut,) = photograph.framed(np.asarray(image))
    assert cut.crop is not None and cut.crop.x < 0
    assert cut.pixels.shape[0] == cut.pixels.shape[1]
    assert (cut.pixels[:, 0] == cut.pixels[:, -cut.crop.x]).all()


def test_a_rectangle_is_taken_as_it_is() -> None:
    (cut,) = photograph.framed(pixels(), "10,20,300,200")
    assert (cut.pixels == pixels()[20:220, 10:310]).all()
    assert vcmcodec.decode(vcmcodec.encode(group(), face="10,20,300,200")).size == (300, 200)
    for bad in ("0,0,1001,800", "0,0,15,99", "990,0,20,20"):
        with pytest.raises(PictureError, match="is no part of 1000 x 800 pixels"):
            photograph.framed(pixels(), bad)


def test_what_is_no_face_is_said() -> None:
    empty = np.asarray(scenes.backdrop(400, 300))
    with pytest.raises(PictureError, match="no face found: --face whole codes the picture as it is"):
        photograph.framed(empty)
    with pytest.raises(PictureError, match="no face 4: there are 3"):
        photograph.framed(pixels(), "4")
    for bad in ("", "0", "-1", "some", "1,2,3", "1,2,3,4,5", "1.5"):
        with pytest.raises(ValueError, match="is none of auto, whole, all, a number"):
            photograph.framed(empty, bad)


def test_a_crop_of_a_picture_larger_than_files_hold() -> None:
    image = scenes.backdrop(9000, 1000, seed=4)
    scenes.paste(image, portrait(), Pasted(8000, 500, 400, 0))
    with pytest.raises(PictureError, match="sides must be 16 to 8192 pixels"):
        vcmcodec.encode(image)
    (made,) = vcmcodec.encode_faces(image)
    assert made.crop is not None and made.crop.x > 7700


def test_what_is_larger_than_files_hold_is_coded_smaller() -> None:
    wide = np.zeros((20, 8300, 3), dtype=np.uint8)
    cut = photograph.framed(wide, "0,0,8300,20")[0]
    assert cut.crop is not None and cut.pixels.shape[1] == 8192 and cut.crop.width == 8300


def test_the_crop_is_within_the_budget() -> None:
    for limit in (100, 250):
        one, _, _ = vcmcodec.encode_faces(group(), bytes=limit)
        assert 0.85 * limit < len(one.data) <= limit
        assert vcmcodec.decode_scene(one.data)[1].crop == one.crop
        bare = vcmcodec.encode(group(), face="1", bytes=limit, place=False)
        assert len(bare) <= limit and vcmcodec.decode_scene(bare)[1].crop is None


def test_encode_says_what_it_coded(vcm: Runner) -> None:
    group().save("group.png")
    done = vcm("encode", "group.png")
    assert done.code == 0 and done.out == ""
    assert done.err.startswith("vcm: group.png: 3 faces; coded the largest, ")
    assert vcm("encode", "group.png", "-q", "-f") == (0, "", "")
    crop = vcmcodec.decode_scene(Path("group.vcm").read_bytes())[1].crop
    assert crop is not None and f"at {crop.x},{crop.y}" in done.err
    assert f"at {crop.x},{crop.y} of 1000 x 800" in vcm("info", "group.vcm").out
    assert "; coded face 3, " in vcm("encode", "group.png", "--face", 3, "-o", "c.vcm").err
    assert (
        "coded the rectangle, 99 x 88 at 5,6\n" in vcm("encode", "group.png", "--face", "5,6,99,88", "-f").err
    )
    done = vcm("encode", "group.png", "--face", "whole", "-o", "w.vcm")
    assert (done.code, done.out) == (0, "")
    assert re.fullmatch(
        r"vcm: group.png: warning: the face fills 1\d % of the picture: --face auto holds it better\n",
        done.err,
    )
    assert vcm("encode", "face.png", "--face", "whole", "-o", "f.vcm") == (0, "", "")
    for bad in ("none", "0", "1,2,3"):
        vcm.fails(2, "encode", "group.png", "--face", bad, "-o", "x.vcm", says="is none of auto, whole, all")
    scenes.backdrop(300, 300).save("empty.png")
    vcm.fails(3, "encode", "empty.png", says="as it is, --face X,Y,W,H a rectangle")
    assert vcm("encode", "empty.png", "--face", "whole").code == 0


def test_all_faces_go_to_files_of_their_own_and_back(vcm: Runner) -> None:
    group().save("group.png")
    before = Path("group.png").read_bytes()
    assert vcm("encode", "group.png", "--face", "all").code == 0
    names = [f"group-{number}.vcm" for number in (1, 2, 3)]
    assert sorted(path.name for path in Path().glob("group*.vcm")) == names
    vcm.fails(10, "encode", "group.png", "--face", "all", says="group-1.vcm: is there already")
    assert vcm("encode", "group.png", "--face", "all", "--skip-existing") == (0, "", "")
    vcm.fails(2, "encode", "group.png", "--face", "all", "-o", "-", says="cannot all go to stdout")
    assert vcm("decode", *names, "--onto", "group.png", "-o", "back.png") == (0, "", "")
    assert Path("group.png").read_bytes() == before
    with Image.open("back.png") as image:
        back = np.asarray(image).astype(int)
    difference = np.abs(back - pixels()).max(axis=2) > 0
    around = np.zeros_like(difference)
    for place in GROUP:
        reach = int(0.75 * place.side)
        around[int(place.y) - reach : int(place.y) + reach, int(place.x) - reach : int(place.x) + reach] = (
            True
        )
        x, y, near = int(place.x), int(place.y), int(place.side / 5)
        assert difference[y - near : y + near, x - near : x + near].mean() > 0.5
    assert not difference[~around].any()
    vcm.fails(2, "decode", *names, "--onto", "group.png", says="--onto makes one picture: -o names it")
    vcm.fails(3, "decode", *names, "--onto", "face.png", "-o", "x.png", says="comes from 1000 x 800")
    vcm.fails(4, "decode", "face.vcm", "--onto", "group.png", "-o", "x.png", says="it has no crop layer")
    vcm.fails(2, "decode", *names, "--onto", "group.png", "-o", "group.png", says="group.png is the input")
    Path("linked.png").symlink_to("group.png")
    for name in ("group.png", "linked.png", Path("group.png").resolve()):
        vcm.fails(2, "decode", *names, "--onto", "group.png", "-o", name, "-f", says="is the input")


def test_a_photograph_of_which_a_part_was_coded_stays(vcm: Runner) -> None:
    group().save("group.png")
    kept = "vcm: group.png: --rm: the picture was kept, because only one of 3 faces was coded"
    assert kept in vcm("encode", "group.png", "--rm").err.splitlines()
    done = vcm("encode", "group.png", "--rm", "-f", "--face", "5,6,99,88")
    assert done.code == 0 and "kept, because only part of it was coded" in done.err
    assert vcm("encode", "group.png", "--rm", "-q", "-f", "--face", "2") == (0, "", "")
    assert Path("group.png").exists()
    group().save("other.png")
    assert vcm("encode", "group.png", "--rm", "--face", "all").code == 0
    assert vcm("encode", "other.png", "--rm", "--face", "0,0,1000,800").code == 0
    assert not Path("group.png").exists() and not Path("other.png").exists()


def test_encode_tells_figures(vcm: Runner) -> None:
    group().save("group.png")
    done = vcm("encode", "group.png", "face.png", "none.png", "--json", "-o", "out/")
    report = json.loads(done.out)
    assert (report["done"], report["skipped"], report["failed"], done.code) == (2, 0, 1, 2)
    first, second = report["files"]
    assert first["faces"] == 3 and first["crop"]["source_width"] == 1000 and second["crop"] is None
    assert first["bytes"] == Path("out/group.vcm").stat().st_size
    assert first["bpp"] == pytest.approx(8 * first["bytes"] / first["width"] / first["height"])
    assert report["errors"] == [{"file": "none.png", "exit": 2, "error": "does not exist"}]
    assert done.err.splitlines()[-1] == "vcm: 2 done, 1 failed"
    said = vcm("encode", "face.png", "-v", "-o", "a.vcm").err
    assert (
        f"a.vcm: {len(default_file())} bytes, " in said
        and " bpp, ratio " in said
        and ", 256 x 256 pixels, " in said
    )
    vcm.fails(2, "encode", "face.png", "--json", "-o", "-", says="cannot both go to stdout")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--bytes", "60000"], "of 60000 bytes are all that the finest step"),
        (["--size", "512"], "--size 512 is larger than the picture of 256 x 256"),
    ],
)
def test_encode_warns_of_what_is_no_use(vcm: Runner, options: list[str], says: str) -> None:
    done = vcm("encode", "face.png", "-o", "a.vcm", *options)
    assert done.code == 0 and done.err.startswith("vcm: face.png: warning: ") and says in done.err


def test_encode_warns_of_what_it_leaves_out(vcm: Runner) -> None:
    image = Image.fromarray(portrait())
    image.save("moves.gif", save_all=True, append_images=[image.rotate(9)])
    done = vcm("encode", "moves.gif")
    assert "moves.gif: warning: an animation or stack of 2 pictures: the first one is read" in done.err
    image.save("whole.jpg", quality=95)
    Path("part.jpg").write_bytes(Path("whole.jpg").read_bytes()[:-2000])
    done = vcm("encode", "part.jpg")
    assert done.code == 0 and "part.jpg: warning: the file breaks off: what is missing is grey" in done.err
