"""Embeddings, and files with a feature layer."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray
from portrait import portrait

import vcmcodec
from vcmcodec.encoder import feature as features
from vcmcodec.format import container
from vcmcodec.format.container import Header
from vcmcodec.layers.feature import head as heads
from vcmcodec.layers.feature import payload, tables
from vcmcodec.scene import Scene

HEADER = Header(64, 64, 64, 0)
NOTHING = Scene(64, 64)


def likely(seed: int) -> NDArray[np.float32]:
    """An embedding as the transform expects them."""
    basis = tables.basis()
    usual = 2 ** (np.array(basis.energy) / 4)
    values = np.random.default_rng(seed).normal(0, usual) @ basis.rows / (1 << tables.BASIS_BITS) + basis.mean
    return np.asarray(values / np.linalg.norm(values), dtype=np.float32)


def written(*payloads: bytes) -> bytes:
    return container.write(HEADER, [(heads.CODE, data) for data in payloads])


def held(size: int = 32, seed: int = 1) -> bytes:
    """A payload."""
    return payload.encode(NOTHING, features.quantised(likely(seed), size))[0]


@functools.cache
def with_feature() -> bytes:
    """The portrait's file of texture, with a feature."""
    return vcmcodec.encode(portrait(), bytes=300, feature=32)
