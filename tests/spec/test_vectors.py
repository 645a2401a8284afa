"""The conformance vectors: every file gives the stated hashes or fails for the stated cause."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from repository import VECTORS

from vcmcodec import codec
from vcmcodec.errors import FormatError, LimitError, TruncatedError, UnsupportedError
from vcmcodec.layers.edges.ops import digest

LISTED = json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))["vectors"]
CAUSES = {
    "truncated": TruncatedError,
    "unsupported": UnsupportedError,
    "invalid": FormatError,
    "limit": LimitError,
}


def named(prefix: str) -> list[dict[str, str]]:
    return [vector for vector in LISTED if vector["name"].startswith(prefix)]


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    listed = {f"{vector['name']}.vcm" for vector in LISTED}
    assert listed == {path.name for path in VECTORS.glob("*.vcm")}
    assert all(vector["shows"].endswith(".") for vector in LISTED)


@pytest.mark.parametrize("vector", named("good-"), ids=lambda vector: vector["name"])
def test_good_vectors_give_the_stated_strokes_and_planes(vector: dict[str, str]) -> None:
    header, scene = codec.decode_scene((VECTORS / f"{vector['name']}.vcm").read_bytes())
    assert header.grey == vector.get("grey", False)
    mask, colour = scene.planes
    assert digest(scene.drawing.ops if scene.drawing else ()) == vector["ops"]
    assert sha256(scene.E.tobytes()).hexdigest() == vector["E"]
    assert sha256(mask.tobytes()).hexdigest() == vector["M"]
    assert sha256(colour.tobytes()).hexdigest() == vector["C"]
    assert (scene.T is None) == ("T" not in vector)
    assert (None if scene.crop is None else list(scene.crop)) == vector.get("crop")
    if scene.T is not None:
        assert sha256(scene.T.astype(">i2").tobytes()).hexdigest() == vector["T"]
    assert (scene.F is None) == ("F" not in vector)
    if scene.F is not None:
        assert sha256(scene.F.astype(">i4").tobytes()).hexdigest() == vector["F"]


@pytest.mark.parametrize("vector", named("bad-") + named("unsupported-"), ids=lambda vector: vector["name"])
def test_other_vectors_fail_for_the_stated_cause(vector: dict[str, str]) -> None:
    with pytest.raises(CAUSES[vector["cause"]]) as caught:
        codec.decode_scene((VECTORS / f"{vector['name']}.vcm").read_bytes())
    assert str(caught.value) == vector["says"]
    if vector["cause"] == "invalid":  # and for no other one
        assert not isinstance(caught.value, (TruncatedError, UnsupportedError, LimitError))
