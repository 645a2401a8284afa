"""Weights are nothing but arrays."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from vcmcodec import ModelError
from vcmcodec.metrics import weight_files


def test_weights_that_are_not_installed_are_an_error() -> None:
    with pytest.raises(ModelError, match="no-such-package is not installed"):
        weight_files.find(weight_files.Weights("no_such_package", "no-such-package", "w.bin", ""))


def test_altered_weights_are_an_error() -> None:
    with pytest.raises(ModelError, match="altered"):
        weight_files.find(weight_files.Weights("vcmcodec", "vcmcodec", "errors.py", "0" * 64))


@pytest.mark.parametrize("value", [print, Path("x"), np.load])
def test_pickles_of_more_than_arrays_are_refused(value: object) -> None:
    import io

    with pytest.raises(ModelError, match="no array"):
        weight_files._Arrays(io.BytesIO(pickle.dumps(value))).load()
    found = weight_files._Arrays(io.BytesIO(pickle.dumps({"a": np.arange(3.0)}))).load()
    assert (found["a"] == np.arange(3.0)).all()
