"""Feature layers: what is quantised stays close, fits and comes back; damage is found."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from features import NOTHING, held, likely, with_feature, written
from portrait import portrait

import vcmcodec
from vcmcodec import codec, inspect, truncation
from vcmcodec.encoder import embedding as embeddings
from vcmcodec.encoder import feature as features
from vcmcodec.errors import BudgetError, FormatError, LimitError, ModelError, PictureError, UnsupportedError
from vcmcodec.format.wire import Reader
from vcmcodec.interop import svg
from vcmcodec.layers.feature import payload, tables
from vcmcodec.layers.feature.part import MAX_VALUE, Feature, step_of, value
from vcmcodec.limits import DEFAULT_LIMITS


@pytest.mark.parametrize("size", [features.LEAST, *features.SIZES, features.MOST])
def test_features_fit_and_come_back(size: int) -> None:
    for seed in range(3):
        made = features.quantised(likely(seed), size)
        coded, scene = payload.encode(NOTHING, made)
        assert len(coded) <= size
        again = payload.decode(NOTHING, Reader(coded, whole=True), DEFAULT_LIMITS)
        assert again == scene and (again.F == scene.F).all()


def test_more_bytes_are_closer() -> None:
    close = [
        np.mean([likely(seed) @ vcmcodec.feature(written(held(size, seed))) for seed in range(6)])
        for size in features.SIZES
    ]
    assert close == sorted(close)
    assert close[0] > 0.75 and close[2] > 0.92


def test_values_are_integers_as_stated_and_clamped() -> None:
    assert [step_of(number) for number in (0, 1, 2, 3, 4, 15)] == [512, 608, 724, 861, 1024, 6888]
    assert value(0, 512) == 0 and value(1, 512) == 448 and value(-2, 608) == -1140
    assert value(8191, 6888) == MAX_VALUE and value(-8191, 6888) == -MAX_VALUE


def test_the_embedding_is_that_of_plain_integers() -> None:
    basis, rng = tables.basis(), random.Random(1)
    made = Feature(9, tuple(rng.randint(-5, 5) for _ in range(50)))
    for index in (0, 17, 127):
        total = sum(
            value(level, step_of(9)) * int(basis.rows[rank, index]) for rank, level in enumerate(made.levels)
        )
        assert made.vector[index] == int(basis.mean[index]) + ((total + (1 << 14)) >> 15)


def test_a_file_holds_the_feature_of_its_original() -> None:
    info = inspect(with_feature())
    assert [layer.kind for layer in info.layers][:2] == ["feature", "texture"]
    assert info.layers[0].payload <= 32 and info.bytes <= 300
    found = vcmcodec.feature(with_feature())
    assert found.shape == (128,) and found.dtype == np.float32
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-5)
    exact = embeddings.embedding(portrait())
    assert exact is not None and exact @ found > 0.9


def test_a_feature_changes_no_pixel_but_by_its_bytes() -> None:
    bare = truncation.without(with_feature(), "feature")
    assert "feature" not in [layer.kind for layer in inspect(bare).layers]
    assert len(bare) == len(with_feature()) - inspect(with_feature()).layers[0].bytes
    assert (np.asarray(vcmcodec.decode(bare)) == np.asarray(vcmcodec.decode(with_feature()))).all()
    with pytest.raises(FormatError, match="no feature layer"):
        vcmcodec.feature(bare)
    with pytest.raises(FormatError, match="no feature layer"):
        truncation.without(bare, "feature")
    with pytest.raises(FormatError, match="no layer but feature"):
        truncation.without(written(held()), "feature")
    with pytest.raises(ValueError, match="'texture' is none of crop, feature"):
        truncation.without(bare, "texture")


def test_budgets_count_the_feature() -> None:
    with pytest.raises(BudgetError):
        vcmcodec.encode(portrait(), bytes=40, feature=32)
    with pytest.raises(ValueError, match="feature 7 is not in 16..64"):
        vcmcodec.encode(portrait(), feature=7)
    with pytest.raises(PictureError, match="no face"):
        vcmcodec.encode(np.full((64, 64, 3), 90, np.uint8), feature=32)


def test_a_feature_of_another_coding_is_skipped_and_not_compared() -> None:
    other = bytes([0x20]) + b"whatever"
    data = written(other)
    assert codec.decode_scene(data)[1].F is None
    assert inspect(data).layers[0].kind == "feature"
    with pytest.raises(UnsupportedError, match=r"feature coding 2 is unknown \(layer 0, byte"):
        vcmcodec.feature(data)
    assert (vcmcodec.feature(written(other, held())) == vcmcodec.feature(written(held()))).all()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ((b"",), "damaged: profile needs 1 bytes, 0 are left"),
        ((held(), held()), "a second feature layer"),
        ((held() + bytes(8) + b"\1",), "bytes are left over"),
        ((held() + b"\0",), "the last byte is 0"),
        ((b"\x1c\xff\xff\xff\xff",), "no encoder writes these bytes"),
    ],
)
def test_damaged_features_are_refused(data: tuple[bytes, ...], says: str) -> None:
    with pytest.raises(FormatError, match=says) as caught:
        codec.decode_scene(written(*data))
    assert caught.value.layer is not None and caught.value.offset is not None


def test_no_damage_breaks_a_reader() -> None:
    rng, good = random.Random(2), held(48)
    for _ in range(300):
        bad = bytearray(good)
        for _ in range(rng.randint(1, 4)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        try:
            found = vcmcodec.feature(written(bytes(bad[: rng.randint(1, len(bad))])))
        except FormatError:
            continue
        assert np.isfinite(found).all() and np.linalg.norm(found) == pytest.approx(1, abs=1e-4)


def test_missing_models_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(held())
    (tmp_path / "models.json").write_text('{"files": []}')
    monkeypatch.setenv("VCM_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match="lists no file feature-1"):
        vcmcodec.feature(data)


def test_transforms_are_checked() -> None:
    data = tables.write(tables.basis())
    assert tables.write(tables.parse(data)) == data
    for bad in (b"", b"\0", data[:-1], data + b"\0"):
        with pytest.raises(ValueError, match="length"):
            tables.parse(bad)


def test_the_svg_twin_carries_it() -> None:
    drawn = vcmcodec.encode(portrait(), scheme="strokes", preset="tiny", feature=16)
    assert svg.encode(svg.load(svg.dump(drawn))) == drawn
    assert svg.encode(svg.load(svg.dump(with_feature()))) == with_feature()


def test_limits_hold() -> None:
    with pytest.raises(LimitError):
        vcmcodec.feature(with_feature(), limits=vcmcodec.Limits(payload=20))
