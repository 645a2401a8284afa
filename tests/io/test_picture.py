import io
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from vcmcodec.errors import OutputError, PictureError
from vcmcodec.io import picture

HEIGHT, WIDTH = 24, 40


def colourful() -> Image.Image:
    """A picture whose four quarters are red, green, blue and grey."""
    pixels = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    pixels[:12, :20] = (200, 20, 20)
    pixels[:12, 20:] = (20, 200, 20)
    pixels[12:, :20] = (20, 20, 200)
    return Image.fromarray(pixels)


def stored(tmp_path, image, name="a.png", **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def close(found, expected, tolerance):
    assert found.dtype == np.uint8
    assert found.shape == np.asarray(expected).shape
    assert np.abs(found.astype(int) - np.asarray(expected).astype(int)).max() <= tolerance


def test_rgb_is_taken_as_it_is(tmp_path):
    close(picture.load(stored(tmp_path, colourful())), colourful(), 0)


@pytest.mark.parametrize(
    "name, options",
    [
        ("a.webp", {"lossless": True}),
        ("a.tif", {}),
        ("a.bmp", {}),
        ("a.ppm", {}),
        ("a.jpg", {"quality": 95, "subsampling": 0}),
    ],
)
def test_other_formats(tmp_path, name, options):
    tolerance = 12 if name == "a.jpg" else 0
    close(picture.load(stored(tmp_path, colourful(), name, **options)), colourful(), tolerance)


@pytest.mark.parametrize("mode", ["L", "1"])
def test_grey_becomes_rgb(tmp_path, mode):
    image = colourful().convert(mode)
    close(picture.load(stored(tmp_path, image)), image.convert("RGB"), 0)


def test_palette(tmp_path):
    image = colourful().quantize(8)
    assert image.mode == "P"
    close(picture.load(stored(tmp_path, image)), colourful(), 8)


def test_palette_with_a_transparent_colour(tmp_path):
    image = colourful().quantize(8)
    grey = image.getpixel((39, 23))
    found = picture.load(stored(tmp_path, image, transparency=grey))
    assert found[23, 39].tolist() == [255, 255, 255]
    close(found[:12], np.asarray(colourful())[:12], 8)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_laid_over_white(tmp_path, mode):
    image = colourful().convert(mode)
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, :10], alpha[:, 10:20] = 0, 128
    image.putalpha(Image.fromarray(alpha))
    opaque = np.asarray(colourful().convert("L").convert("RGB") if mode == "LA" else colourful()).astype(int)
    found = picture.load(stored(tmp_path, image))
    assert (found[:, :10] == 255).all()
    close(found[:, 20:], opaque[:, 20:], 0)
    close(found[:, 10:20], np.rint(opaque[:, 10:20] * (128 / 255) + 255 * (127 / 255)), 1)


def test_rgb_with_a_transparent_colour(tmp_path):
    found = picture.load(stored(tmp_path, colourful(), transparency=(200, 20, 20)))
    assert (found[:12, :20] == 255).all()
    close(found[12:], np.asarray(colourful())[12:], 0)


@pytest.mark.parametrize("name", ["a.tif", "a.jpg"])
def test_cmyk(tmp_path, name):
    image = colourful().convert("CMYK")
    close(picture.load(stored(tmp_path, image, name)), colourful(), 60 if name == "a.jpg" else 2)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bit_grey_is_scaled_not_clipped(tmp_path, name):
    ramp = np.linspace(0, 65535, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    path = stored(tmp_path, Image.fromarray(ramp.astype(np.uint16)), name)
    close(picture.load(path), np.repeat(np.rint(ramp / 257)[:, :, None], 3, axis=2), 1)


@pytest.mark.parametrize("top", [1, 255])
def test_floating_point_grey(tmp_path, top):
    ramp = np.linspace(0, top, HEIGHT * WIDTH, dtype=np.float32).reshape(HEIGHT, WIDTH)
    path = stored(tmp_path, Image.fromarray(ramp), "a.tif")
    close(picture.load(path), np.repeat(np.rint(ramp * (255 / top))[:, :, None], 3, axis=2), 1)


def test_lab(tmp_path):
    to_lab = ImageCms.profileToProfile(
        colourful(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    close(picture.load(stored(tmp_path, to_lab, "a.tif")), colourful(), 10)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored_as = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    image = colourful() if stored_as is None else colourful().transpose(stored_as)
    close(picture.load(stored(tmp_path, image, exif=exif)), colourful(), 0)


def test_damaged_exif_does_not_lose_the_picture(tmp_path):
    path = stored(tmp_path, colourful(), exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\xff\xff")
    close(picture.load(path), colourful(), 0)


def test_a_colour_profile_becomes_srgb(tmp_path):
    linear = ImageCms.ImageCmsProfile(io.BytesIO(linear_profile()))
    there = ImageCms.profileToProfile(colourful(), ImageCms.createProfile("sRGB"), linear)
    assert np.abs(np.asarray(there).astype(int) - np.asarray(colourful())).max() > 20
    path = stored(tmp_path, there, icc_profile=linear.tobytes())
    close(picture.load(path), colourful(), 6)


def linear_profile() -> bytes:
    """sRGB's profile with the tone curve of each channel replaced by gamma 1."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = int.from_bytes(data[128:132], "big")
    for entry in range(132, 132 + 12 * count, 12):
        if data[entry : entry + 4] in (b"rTRC", b"gTRC", b"bTRC"):
            at = int.from_bytes(data[entry + 4 : entry + 8], "big")
            data[at : at + 12] = b"curv" + bytes(4) + bytes(4)
            data[entry + 8 : entry + 12] = (12).to_bytes(4, "big")
    return bytes(data)


def test_a_damaged_colour_profile_is_ignored(tmp_path):
    close(picture.load(stored(tmp_path, colourful(), icc_profile=b"no profile")), colourful(), 0)


def test_a_profile_of_another_mode_is_ignored(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    close(picture.load(stored(tmp_path, colourful(), icc_profile=profile)), colourful(), 0)


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp"])
def test_of_an_animation_the_first_frame_counts(tmp_path, name):
    second = Image.new("RGB", (WIDTH, HEIGHT), "white")
    options = {"lossless": True} if name == "a.webp" else {}
    path = stored(tmp_path, colourful(), name, save_all=True, append_images=[second], **options)
    close(picture.load(path), colourful(), 8)


def test_images_and_arrays_are_taken_too():
    close(picture.load(colourful()), colourful(), 0)
    close(picture.load(colourful().convert("RGBA")), colourful(), 0)
    close(picture.load(np.asarray(colourful())), colourful(), 0)


def samples(channels, depth=np.uint8):
    """Noise of so many channels, (24, 40, channels)."""
    rng = np.random.default_rng(channels)
    return rng.integers(0, np.iinfo(depth).max, (24, 40, channels), depth, endpoint=True)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_arrays_are_read_as_the_same_files(tmp_path, channels, depth):
    array = samples(channels, depth)
    order = [2, 1, 0, 3][:channels] if channels > 1 else [0]
    cv2.imwrite(str(tmp_path / "a.png"), array[:, :, order])
    assert (picture.load(array) == picture.load(tmp_path / "a.png")).all()
    if channels == 1:
        assert (picture.load(array[:, :, 0]) == picture.load(array)).all()
    if depth == np.uint16:
        assert (picture.load(array.astype(">u2")) == picture.load(array)).all()


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_floats_are_read_as_the_levels_that_they_stand_for(tmp_path, channels, kind):
    array = samples(channels)
    assert (picture.load(array.astype(kind) / 255) == picture.load(array)).all()
    grey = samples(1, np.uint16)[:, :, 0].astype(np.float32) / 65535
    Image.fromarray(grey).save(tmp_path / "a.tif")
    assert (picture.load(grey) == picture.load(tmp_path / "a.tif")).all()


@pytest.mark.parametrize(
    "shape, kind",
    [((32, 32, 2), np.uint8), ((32, 32, 5), float), ((32,), np.uint8), ((1, 32, 32, 3), np.uint8)]
    + [((32, 32, 3), kind) for kind in (np.int64, np.int8, bool, complex, object, np.uint32)],
)
def test_other_arrays_are_refused(shape, kind):
    with pytest.raises(ValueError, match=r"^an array must be grey \(H, W\) or .* in 0\.\.1, not "):
        picture.load(np.zeros(shape, kind))
    assert "\n" not in str(pytest.raises(ValueError, picture.load, np.zeros(shape, kind)).value)


@pytest.mark.parametrize("level", [255.0, -0.01, np.nan, np.inf])
def test_floats_beyond_their_range_are_refused(level):
    array = np.zeros((32, 32, 3))
    array[5, 5, 1] = level
    with pytest.raises(ValueError, match=r"^an array of floats must be in 0\.\.1, and this one goes from "):
        picture.load(array)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("behind", [False, True])
def test_a_png_with_much_text_is_read(tmp_path, monkeypatch, compressed, behind):
    path = stored(tmp_path, colourful())
    body = path.read_bytes()
    history = b"a history of all layers\n" * (70_000 if compressed else 4_000)
    if not compressed:  # as if it were of 70 MB
        monkeypatch.setattr(PngImagePlugin, "MAX_TEXT_MEMORY", 50_000)
    kind, text = (
        (b"zTXt", b"History\0\0" + zlib.compress(history))
        if compressed
        else (b"tEXt", b"History\0" + history)
    )
    chunk = len(text).to_bytes(4, "big") + kind + text + zlib.crc32(kind + text).to_bytes(4, "big")
    at = len(body) - 12 if behind else 33
    path.write_bytes(body[:at] + chunk + body[at:])
    close(picture.load(path), colourful(), 0)
    with path.open("rb") as file:
        close(picture.load(file), colourful(), 0)


@pytest.mark.parametrize("size", [(16, 16), (8192, 16)])
def test_least_and_greatest_sides(tmp_path, size):
    assert picture.load(stored(tmp_path, Image.new("L", size))).shape == (size[1], size[0], 3)


@pytest.mark.parametrize("size", [(15, 64), (64, 15), (8193, 16), (16, 8193)])
def test_other_sides_are_refused(tmp_path, size):
    with pytest.raises(
        PictureError, match=f"picture of {size[0]} x {size[1]} pixels: sides must be 16 to 8192"
    ):
        picture.load(stored(tmp_path, Image.new("L", size)))


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path):
    # A PNG's header alone says its size.
    path = stored(tmp_path, Image.new("L", (16, 16)))
    data = bytearray(path.read_bytes())
    data[16:24] = (60000).to_bytes(4, "big") * 2
    data[29:33] = crc(data[12:29])
    path.write_bytes(data)
    with pytest.raises(PictureError, match="larger than 8192|sides must be"):
        picture.load(path)


def crc(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big")


def test_what_is_not_a_picture(tmp_path):
    path = tmp_path / "a.png"
    for content in (b"", b"hello", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(content)
        with pytest.raises(PictureError):
            picture.load(path)
    for missing in (tmp_path / "missing.png", tmp_path):
        with pytest.raises(PictureError, match="cannot read the picture"):
            picture.load(missing)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.gif", "a.bmp"])
def test_truncated_pictures_are_refused_at_every_length(tmp_path, name):
    noise = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    path = stored(tmp_path, Image.fromarray(noise), name)
    data = path.read_bytes()
    refused = 0
    for length in range(0, len(data), 7):
        path.write_bytes(data[:length])
        try:
            assert picture.load(path).shape == (16, 16, 3)  # what Pillow can do without, at the very end
        except PictureError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 0.8 * len(range(0, len(data), 7))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif", "a.gif", "a.bmp", "a.ppm"])
def test_damaged_pictures_raise_nothing_else(tmp_path, name):
    rng = np.random.default_rng(1)
    data = stored(tmp_path, colourful(), name).read_bytes()
    path = tmp_path / f"damaged-{name}"
    for _ in range(120):
        damaged = bytearray(data)
        for index in rng.integers(0, len(data), 3):
            damaged[index] = rng.integers(0, 256)
        path.write_bytes(damaged)
        try:
            picture.load(path)
        except PictureError as error:
            assert "\n" not in str(error)


def test_resize():
    image = np.asarray(colourful())
    assert picture.resize(image, WIDTH, HEIGHT) is image
    assert picture.resize(image, 20, 12).shape == (12, 20, 3)
    assert picture.resize(image, 80, 48)[4, 4].tolist() == [200, 20, 20]


@pytest.mark.parametrize("suffix", picture.SUFFIXES)
def test_saves_every_format_it_names(tmp_path, suffix):
    path = tmp_path / f"a{suffix.upper()}"
    picture.save(path, colourful())
    close(picture.load(path), colourful(), 12 if suffix.startswith(".jp") else 0)


@pytest.mark.parametrize("name", ["a.xyz", "a", "a.vcm"])
def test_other_endings_are_refused(tmp_path, name):
    with pytest.raises(OutputError, match="unknown picture format"):
        picture.save(tmp_path / name, colourful())
    assert list(tmp_path.iterdir()) == []


def test_grey_of_16_bits_with_a_clear_level_is_laid_over_white(tmp_path):
    grey = Image.fromarray(np.full((20, 20), 500, np.uint16))
    path = stored(tmp_path, grey, transparency=500)
    assert (picture.load(path) == 255).all()
    path = stored(tmp_path, grey, transparency=501)
    assert (picture.load(path) == 2).all()


@pytest.mark.parametrize("source", [None, b"face.png", 3])
def test_what_is_no_source_is_a_mistake(source):
    with pytest.raises(TypeError, match="a picture is"):
        picture.load(source)
