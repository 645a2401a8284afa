"""Every codec under test gives back a picture of the right size, better with more bytes."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from PIL import Image
from portrait import portrait

from vcmcodec import ModelError
from vcmcodec.bench import codecs
from vcmcodec.bench.run import costs
from vcmcodec.metrics import measures


def codec(name: str) -> Any:
    try:
        return codecs.make(name)
    except ModelError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", codecs.NAMES)
def test_more_bytes_make_a_better_picture(name: str) -> None:
    found = codec(name)
    assert found.name == name
    sizes, qualities = [], []
    for point in found.points[:: max(1, len(found.points) - 1)]:
        data = found.encode(portrait(), point)
        decoded = found.decode(data, 256, 256)
        assert decoded.shape == (256, 256, 3)
        assert decoded.dtype == np.uint8
        sizes.append(len(data))
        # Of the face alone: a generator guesses backgrounds.
        qualities.append(measures.psnr(decoded[60:200, 70:190], portrait()[60:200, 70:190]))
    assert sizes == sorted(set(sizes))
    if name != "vcm/base":  # whose colours are invented
        assert qualities == sorted(set(qualities))


@pytest.mark.parametrize("name", [name for name in codecs.NAMES if name not in ("vcm", *codecs.OTHERWISE)])
def test_odd_sides_are_kept(name: str) -> None:
    found = codec(name)
    image = np.ascontiguousarray(portrait()[:201, :163])
    decoded = found.decode(found.encode(image, found.points[-1]), 163, 201)
    assert decoded.shape == image.shape
    assert measures.psnr(decoded, image) > 20


def test_an_unknown_codec_is_named() -> None:
    with pytest.raises(ValueError, match="no codec 'gif'"):
        codecs.make("gif")


COPY = (
    f"{sys.executable} -c 'import shutil,sys; shutil.copy(*sys.argv[1:])' {{in}} {{out}};"
    f"{sys.executable} -c 'import shutil,sys; shutil.copy(*sys.argv[1:])' {{in}} {{out}}"
)


def test_a_pair_of_commands_is_a_codec() -> None:
    found = codecs.make(f"png@lossless={COPY}")
    assert (found.name, found.points) == ("png", ("lossless",))
    data = found.encode(portrait(), "lossless")
    assert Image.open(__import__("io").BytesIO(data)).format == "PNG"
    assert (found.decode(data, 256, 256) == portrait()).all()


def test_a_point_may_look_like_those_of_built_in_codecs() -> None:
    found = codecs.make("mine@q=3=enc -q 3 {in} {out};dec {in} {out}")
    assert (found.name, found.points) == ("mine", ("q=3",))


def test_a_changed_program_is_another_version(tmp_path: Any) -> None:
    program = tmp_path / "enc.sh"
    versions = []
    for text in ("cp $1 $2", "cat $1 > $2"):
        program.write_text(text)
        versions.append(codecs.make(f"mine=sh {program} {{in}} {{out}};cp {{in}} {{out}}").version)
    assert versions[0] != versions[1]


@pytest.mark.parametrize(
    "text",
    [
        "mine=only one {in} {out}",
        "mine=no places;{in} {out}",
        "=a {in} {out};b {in} {out}",
        "a b=x;y",
        "a@$x=b {in} {out};c {in} {out}",
    ],
)
def test_what_is_no_pair_of_commands_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not NAME"):
        codecs.make(text)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("false {in} {out}", "ended with 1"),
        ("true {in} {out}", "wrote nothing"),
        (": {in} > {out}", "wrote nothing"),
    ],
)
def test_commands_that_fail_are_codec_errors(command: str, reason: str) -> None:
    found = codecs.make(f"mine={command};{command}")
    with pytest.raises(codecs.CodecError, match=reason):
        found.encode(portrait(), "default")
    with pytest.raises(codecs.CodecError, match=reason):
        found.decode(b"x", 256, 256)


def test_damaged_streams_are_codec_errors() -> None:
    for name in ("webp", "hevc", "jpegxl", "vcm"):
        with pytest.raises(codecs.CodecError):
            codec(name).decode(b"no such stream", 256, 256)


def test_costs_are_measured_apart(tmp_path: Any) -> None:
    path = tmp_path / "a.png"
    Image.fromarray(portrait()).save(path)
    cost = costs.apart("jpeg", [path])
    assert isinstance(cost, costs.Cost)
    assert cost.encode_ms > 0 < cost.decode_ms
    assert cost.peak_mib is None or cost.peak_mib > 10
    assert "no codec" in str(costs.apart("gif", [path]))
