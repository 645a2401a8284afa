"""A face in a QR code: written, photographed, read back."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
import scenes
from command import Runner
from numpy.typing import NDArray
from PIL import Image
from portrait import default_file, portrait
from scenes import Pasted

import vcmcodec
from vcmcodec.errors import BudgetError, PictureError
from vcmcodec.io import picture

pytest.importorskip("segno", reason="segno writes QR codes: pip install '.[qr]'")
pytest.importorskip("zxingcpp", reason="zxing-cpp reads QR codes: pip install '.[qr]'")

from vcmcodec.interop import qr


@pytest.mark.parametrize(("symbol", "count"), [("10-M", 213), ("20-M", 666), ("30-M", 1370), ("40-l", 2953)])
def test_symbols_hold_what_the_standard_says(symbol: str, count: int) -> None:
    assert qr.capacity(symbol) == count


@pytest.mark.parametrize("bad", ["", "0-M", "41-M", "20-X", "20", "M-20"])
def test_what_is_no_symbol_is_said(bad: str) -> None:
    with pytest.raises(ValueError, match="is no QR symbol such as 20-M"):
        qr.capacity(bad)


def card(size: int) -> tuple[bytes, NDArray[np.uint8]]:
    """Bytes that begin as a file does, and their card as uint8 (H, W)."""
    data = b"\xfa\xce" + np.random.default_rng(size).bytes(size - 2)
    path = np.frombuffer(qr.write(data, "20-M", 6), dtype=np.uint8)
    return data, cv2.imdecode(path, cv2.IMREAD_GRAYSCALE)


def photographed(code: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """A code as a telephone sees it: turned by any angle, from the side, out of focus, in uneven light, with
    noise and JPEG."""
    rng = np.random.default_rng(seed)
    side, out = code.shape[0], 1100
    corners = np.array([(0, 0), (side, 0), (side, side), (0, side)], np.float32)
    angle, scale = rng.uniform(0, 2 * np.pi), rng.uniform(0.85, 1.15) * 640 / side
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    there = (corners - side / 2) @ turn.T + out / 2 + rng.uniform(-40, 40, (4, 2))
    warp = cv2.getPerspectiveTransform(corners, there.astype(np.float32))
    image = cv2.warpPerspective(code, warp, (out, out), borderValue=160).astype(np.float64)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.6))
    light = np.linspace(rng.uniform(0.5, 1), rng.uniform(0.6, 1), out)
    image = 20 + 0.85 * image * light + rng.normal(0, 6, image.shape)
    grey = np.clip(image, 0, 255).astype(np.uint8)
    _, jpeg = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return cv2.imdecode(jpeg, cv2.IMREAD_COLOR)


def test_of_a_hundred_photographs_95_are_read() -> None:
    data, code = card(666)
    read = 0
    for seed in range(100):
        try:
            read += qr.read(photographed(code, seed)) == data
        except PictureError:
            continue
    print(f"{read} of 100 photographs read")
    assert read >= 95


def test_what_holds_no_file_is_said() -> None:
    with pytest.raises(PictureError, match="no QR code is found on the picture"):
        qr.read(np.full((300, 300, 3), 99, dtype=np.uint8))
    other = cv2.imdecode(np.frombuffer(qr.write(b"hello", "10-M"), np.uint8), cv2.IMREAD_COLOR)
    with pytest.raises(PictureError, match="the QR code holds no .vcm file"):
        qr.read(other)
    with pytest.raises(BudgetError, match="214 bytes do not fit symbol 10-M, which holds 213"):
        qr.write(bytes(214), "10-M")


@pytest.mark.parametrize(("symbol", "most"), [("10-M", 213), ("20-M", 666)])
def test_a_face_goes_onto_a_card_and_back(vcm: Runner, symbol: str, most: int) -> None:
    done = vcm("qr", "face.png", "--symbol", symbol)
    assert done.code == 0 and f" of {most} bytes, symbol {symbol}, " in done.err
    data = qr.read(picture.load("face.card.png"))
    assert 0.8 * most < len(data) <= most
    assert vcm("decode", "face.card.png", "-o", "back.png") == (0, "", "")
    with Image.open("back.png") as image:
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(data))).all()
    assert vcm("decode", "face.card.png").code == 0
    assert Path("face.card.decoded.png").exists()


def test_a_card_comes_through_a_pipe(vcm: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    card = qr.write(default_file(), "20-M", 8)
    for data, code, says in (
        (card, 0, ""),
        (default_file(), 0, ""),
        (Path("face.png").read_bytes(), 4, "not a vcm file: no QR code is found"),
        (b"hello", 4, "wrong magic"),
        (b"", 4, ""),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        done = vcm("decode", "-", "-f", "-o", "back.png")
        assert done.code == code and says in done.err, done
        assert done.err.count("\n") == bool(code)
    with Image.open("back.png") as image:
        assert (np.asarray(image) == np.asarray(vcmcodec.decode(default_file()))).all()


def test_a_card_says_which_face_it_holds(vcm: Runner) -> None:
    image = scenes.backdrop(900, 600)
    scenes.paste(image, portrait(), Pasted(250, 300, 300, 0))
    scenes.paste(image, portrait(), Pasted(700, 300, 200, 0))
    image.save("group.png")
    done = vcm("qr", "group.png")
    assert done.code == 0 and done.err.startswith("vcm: group.png: 2 faces; coded the larger, ")
    assert (
        ": coded the rectangle, 99 x 88 at 5,6\n" in vcm("qr", "group.png", "-f", "--face", "5,6,99,88").err
    )
    assert "warning: the face fills " in vcm("qr", "group.png", "-f", "--face", "whole").err
    vcm.fails(2, "qr", "group.png", "-o", "x.png", "--face", "all", says="a QR code holds one")
    vcm.fails(2, "qr", "group.png", "-o", "x.png", "--face", "0", says="is none of auto, whole, all")
    vcm.fails(3, "qr", "group.png", "-o", "x.png", "--face", "3", says="no face 3: there are 2")


def test_a_file_goes_onto_a_card_as_it_is(vcm: Runner) -> None:
    Path("a.vcm").write_bytes(default_file())
    assert vcm("qr", "a.vcm", "-o", "a.png").code == 0
    assert qr.read(picture.load("a.png")) == default_file()
    vcm.fails(10, "qr", "a.vcm", "-o", "a.png", says="is there already")
    vcm.fails(9, "qr", "a.vcm", "-o", "b.png", "--symbol", "10-M", says="do not fit symbol 10-M")
    vcm.fails(2, "qr", "a.vcm", "-o", "b.png", "--symbol", "10", says="is no QR symbol")
    vcm.fails(2, "qr", "a.vcm", "-o", "b.jpg", says="must end in .png")
    vcm.fails(
        4,
        "decode",
        "face.png",
        "-o",
        "x.png",
        says="face.png: not a vcm file: no QR code is found on the picture",
    )
