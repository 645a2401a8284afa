"""Models for texture."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from texture_layers import small_transform

from vcmcodec.layers.texture import head as heads
from vcmcodec.layers.texture import syntax, tables


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small transform and any weights, so that nothing depends on the trained ones."""
    contents = {
        heads.TRANSFORM: tables.write(small_transform()),
        heads.WEIGHTS: np.random.default_rng(2).integers(-30, 30, syntax.WEIGHTS).astype(np.int8).tobytes(),
    }
    listed = []
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        listed.append({"file": name, "sha256": hashlib.sha256(data).hexdigest()})
    (tmp_path / "models.json").write_text(json.dumps({"files": listed}))
    monkeypatch.setenv("VCM_MODELS", str(tmp_path))
    return tmp_path
