"""What the tests of training share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from repository import ROOT

from vcmcodec import ModelError

RECIPE = ROOT / "models" / "face-6.toml"

SHARES = (0.4, 0.3, 0.2, 0.1)

TINY = (8, 16, 16, 16)
"""Channels of a network for tests."""

MARKS = ((95.0, 110.0), (160.0, 110.0), (128.0, 145.0), (102.0, 175.0), (154.0, 175.0))


def converted(where: Path) -> Path:
    """The file of loss networks, made where their packages are; skips where they are not."""
    from vcmcodec.metrics import weight_files
    from vcmcodec.train.loss_networks import convert

    packages = Path(os.environ.get("VCM_LOSS_NETWORKS", ROOT / "build" / "loss-networks"))
    try:
        for name in convert.SOURCES:
            convert.checked(packages, name)
        weight_files.find(weight_files.VGG16)
    except ModelError as error:
        pytest.skip(str(error))
    done = CliRunner().invoke(convert.main, ["--packages", str(packages), "--out", str(where)])
    assert done.exit_code == 0, done.output
    return where
