"""What networks run on."""

from __future__ import annotations

import numpy as np
import pytest
from portrait import file

import vcmcodec
from vcmcodec import ModelError
from vcmcodec.codec import MODEL
from vcmcodec.models import session
from vcmcodec.render import generator


@pytest.mark.skipif(session.cuda_driver_found(), reason="this machine has an NVIDIA driver")
def test_cuda_without_a_driver_is_an_error_and_auto_is_the_cpu() -> None:
    with pytest.raises(ModelError, match="no CUDA"):
        generator.load(MODEL, "cuda")
    assert generator.load(MODEL, "auto").provider == "CPUExecutionProvider"


@pytest.mark.skipif(not session.cuda_driver_found(), reason="this machine has no NVIDIA driver")
def test_cuda_and_the_cpu_make_nearly_the_same_picture() -> None:
    _, scene = vcmcodec.decode_scene(file())
    pictures = [generator.load(MODEL, device).run([scene])[0].astype(int) for device in ("cuda", "cpu")]
    assert (np.abs(pictures[0] - pictures[1]) <= 2).mean() >= 0.999


def test_another_device_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="device"):
        generator.load(MODEL, "tpu")
