"""Steps, contexts, and the model files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from texture_layers import layers_of, small_transform, written

from vcmcodec import codec
from vcmcodec.errors import ModelError
from vcmcodec.layers.texture import head as heads
from vcmcodec.layers.texture import part as parts
from vcmcodec.layers.texture import steps, syntax, tables


def test_steps_are_sixteen_an_octave() -> None:
    assert [steps.step(number) for number in (0, 1, 15, 16, 17, 127)] == [16, 17, 31, 32, 34, 3968]
    assert all(steps.step(number + 16) == 2 * steps.step(number) for number in range(112))
    for number in range(128):
        exact = 4 * np.log2(steps.step(number))
        assert abs(steps.quarter_octaves(number) - exact) <= 0.5


def test_values_lie_in_what_a_level_leaves_open() -> None:
    for step in (16, 31, 2048):
        assert steps.value(0, step, 3) == 0
        for shift in range(4):
            for level in (1, 2, 5):
                value = steps.value(level, step, shift)
                assert (level << shift) * step <= value <= ((level + 1 << shift) - 1) * step
                assert steps.value(-level, step, shift) == -value
    assert steps.value(5, 16, 0) == 80
    assert steps.value(1, 17, 2) == 4 * 17 + (9 * 17 >> 3)


@pytest.mark.parametrize("level", [8191, 65535, 1 << 30])
def test_values_are_clamped(level: int) -> None:
    assert steps.value(level, 3968, 3) == -steps.value(-level, 3968, 3) == steps.MAX_VALUE


def test_numbers_of_the_steps_of_both_parts_stay_in_range() -> None:
    for step in range(heads.STEPS):
        for offset in range(parts.FACE_STEPS):
            assert 0 <= parts.face_step(step, offset) < heads.STEPS


def test_classes_grow_with_what_they_are_of_and_fill_their_contexts() -> None:
    for function, most, last in ((syntax.sum_class, 5000, 15), (syntax.rank_class, 70000, 111)):
        found = [function(value) for value in range(most)]
        assert found == sorted(found) and set(found) == set(range(last + 1))


def test_a_transform_is_read_as_it_was_written() -> None:
    transform = small_transform()
    again = tables.parse(tables.write(transform))
    for one, other in zip(transform.parts, again.parts):
        assert (one.luma, one.chroma, one.energy, one.count) == (
            other.luma,
            other.chroma,
            other.energy,
            other.count,
        )
        for name in ("mean", "odd", "gain", "rows"):
            mine, theirs = getattr(one, name), getattr(other, name)
            assert (mine == theirs).all() and mine.dtype == theirs.dtype
    assert tables.write(again) == tables.write(transform)


def test_a_transform_of_another_length_is_refused() -> None:
    data = tables.write(small_transform())
    for cut in (0, 1, 3, 5, 200, len(data) - 1):
        with pytest.raises(ValueError, match="too short"):
            tables.parse(data[:cut])
    with pytest.raises(ValueError, match="too long"):
        tables.parse(data + b"\0")
    with pytest.raises(ValueError, match="too many coefficients"):
        tables.parse(data[:2] + (tables.MAX_COUNT + 1).to_bytes(2, "big") + data[4:] + bytes(1 << 20))


@pytest.mark.parametrize("name", [heads.TRANSFORM, heads.WEIGHTS])
def test_missing_or_altered_model_files_are_reported(models: Path, name: str) -> None:
    payloads, _ = layers_of(1, 1)
    path = models / name
    for place, changed in (("altered", path.read_bytes()[:-1]), ("missing", None)):
        other = models / place
        other.mkdir()
        for kept in filter(Path.is_file, models.iterdir()):
            (other / kept.name).write_bytes(kept.read_bytes())
        if changed is None:
            (other / name).unlink()
        else:
            (other / name).write_bytes(changed)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("VCM_MODELS", str(other))
            with pytest.raises(ModelError):
                codec.decode_scene(written(payloads))
