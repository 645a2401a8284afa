"""Settings and fixtures of all tests."""

import shutil
from pathlib import Path

import pytest
from command import Runner
from hypothesis import settings

from vcmcodec.models import store

# How long an example takes says more of the machine than of the code.
settings.register_profile("vcmcodec", deadline=None)
settings.load_profile("vcmcodec")


@pytest.fixture
def vcm(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runner:
    """The command, in a folder of its own that holds a face and its file."""
    monkeypatch.chdir(tmp_path)
    return Runner(tmp_path, capsys)


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the model files, in use."""
    folder = tmp_path / "models"
    shutil.copytree(store.models_dir(), folder)
    monkeypatch.setenv("VCM_MODELS", str(folder))
    return folder
