"""The store keeps scores."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from vcmcodec import OutputError
from vcmcodec.bench.run.score_store import Key, Store
from vcmcodec.metrics import Verdict


def test_the_store_keeps_what_it_is_given(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    key = Key("face", "coding")
    assert store.coded(key) is None
    assert store.judged(key) == set()
    features = np.arange(3, dtype=np.float32)
    store.add(key, 12, {"a": Verdict({"psnr": math.inf, "nme": None}), "b": Verdict({}, features)})
    store.close()
    store = Store(tmp_path / "s.sqlite")
    assert (store.coded(key), store.judged(key)) == (12, {"a", "b"})
    found = store.verdict(key, "a")
    assert found is not None
    assert found.scores == {"psnr": math.inf, "nme": None}
    again = store.verdict(key, "b")
    assert again is not None
    assert again.features is not None
    assert (again.features == features).all()
    store.close()
    (tmp_path / "no.sqlite").write_bytes(b"something else entirely" * 100)
    with pytest.raises(OutputError):
        Store(tmp_path / "no.sqlite")
