"""The format in Pillow, and in imageio through it."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile, UnidentifiedImageError
from portrait import default_file, ends, file, portrait

import vcmcodec
import vcmcodec.interop.pillow


def test_a_file_opens_by_its_content_without_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object, **options: object) -> None:
        raise AssertionError("decoded")

    with monkeypatch.context() as patch:
        patch.setattr(vcmcodec, "decode", never, raising=False)
        image = Image.open(io.BytesIO(file()))
        assert (image.format, image.size, image.mode) == ("VCM", (256, 256), "RGB")
        assert image.get_format_mimetype() == "image/x-vcm"
        assert image.info["vcm"] == vcmcodec.inspect(file())
    assert (np.asarray(image) == np.asarray(vcmcodec.decode(file()))).all()
    assert image.resize((64, 64)).size == (64, 64)


def test_realism_and_colours_may_be_asked_for() -> None:
    image = Image.open(io.BytesIO(file()))
    assert isinstance(image, vcmcodec.interop.pillow.VcmImageFile)
    image.realism, image.colours = 0.0, 16
    assert (np.asarray(image) == np.asarray(vcmcodec.decode(file(), realism=0, colours=16))).all()


def test_a_picture_is_saved_as_asked(tmp_path: Path) -> None:
    image = Image.fromarray(portrait())
    image.save(tmp_path / "a.vcm")
    assert (tmp_path / "a.vcm").read_bytes() == default_file()
    image.save(tmp_path / "b.vcm", bytes=200, colours=0)
    assert len((tmp_path / "b.vcm").read_bytes()) <= 200
    image.convert("L").save(tmp_path / "c.vcm", preset="tiny")
    with Image.open(tmp_path / "c.vcm") as again:
        assert again.size == (256, 256)
        again.load()
    buffer = io.BytesIO()
    image.save(buffer, "VCM", quality=40)
    assert buffer.getvalue() == vcmcodec.encode(portrait(), quality=40)
    with pytest.raises(OSError, match="too small for this face"):
        image.save(tmp_path / "d.vcm", bytes=12)
    assert not (tmp_path / "d.vcm").exists()


@pytest.mark.parametrize(
    "data", [b"", file()[:20], file()[:90] + b"!" + file()[91:], file()[: ends()[1] + 5]]
)
def test_what_is_damaged_is_refused(data: bytes) -> None:
    with pytest.raises(UnidentifiedImageError) as caught:
        Image.open(io.BytesIO(data))
    assert not data or "byte" in str(caught.value)


def test_a_truncated_file_loads_where_pillow_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    image = Image.open(io.BytesIO(file()[: ends()[1] + 5]))
    assert (np.asarray(image) == np.asarray(vcmcodec.decode(file()[: ends()[1]]))).all()


def test_what_needs_a_missing_generator_opens_but_does_not_load() -> None:
    from vcmcodec.format import container

    header, layers = container.read(file())
    other = container.Header(header.width, header.height, header.side, 77)
    image = Image.open(io.BytesIO(container.write(other, [(layer.kind, layer.payload) for layer in layers])))
    assert image.size == (256, 256)
    with pytest.raises(OSError, match="generator 77"):
        image.load()


def test_imageio_reads_and_writes_through_it(tmp_path: Path) -> None:
    iio = pytest.importorskip("imageio.v3", reason="imageio is not installed")
    iio.imwrite(tmp_path / "a.vcm", portrait(), plugin="pillow", extension=".vcm")
    assert (tmp_path / "a.vcm").read_bytes() == default_file()
    read = iio.imread(tmp_path / "a.vcm", plugin="pillow")
    assert (read == np.asarray(vcmcodec.decode(default_file()))).all()


def test_registering_loads_neither_opencv_nor_onnxruntime() -> None:
    heavy = "[name for name in ('cv2', 'onnxruntime', 'torch') if name in sys.modules]"
    code = f"import vcmcodec.interop.pillow, sys; print(*{heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_an_opened_file_can_be_copied(tmp_path: Path) -> None:
    (tmp_path / "a.vcm").write_bytes(file())
    image = Image.open(tmp_path / "a.vcm")
    again = pickle.loads(pickle.dumps(image))
    assert (np.asarray(again) == np.asarray(vcmcodec.decode(file()))).all()
    assert (np.asarray(image.copy()) == np.asarray(again)).all()
    (tmp_path / "a.vcm").unlink()


def test_a_draft_is_the_preview() -> None:
    with Image.open(io.BytesIO(default_file())) as image:
        assert image.draft("RGB", (64, 64)) == ("RGB", (0, 0, 256, 256))
        assert (np.asarray(image) == np.asarray(vcmcodec.preview(default_file()))).all()
    with Image.open(io.BytesIO(file())) as image:
        assert image.draft("RGB", (64, 64)) is None
