"""The KLT of embeddings, as the model file holds it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vcmcodec.layers.feature.tables import BASIS_BITS, UNIT, Basis


def fit(embeddings: NDArray[np.float32]) -> Basis:
    """The transform of embeddings, float32 (n, d), each of length 1: directions by falling variance."""
    values = embeddings.astype(np.float64)
    mean = values.mean(axis=0)
    variance, directions = np.linalg.eigh(np.cov((values - mean).T))
    order = np.argsort(-variance)
    energy = np.rint(4 * np.log2(np.sqrt(np.maximum(variance[order], 1e-12)) * UNIT))
    rows = np.rint(directions.T[order] * (1 << BASIS_BITS)).clip(-(1 << 15), (1 << 15) - 1)
    return Basis(
        np.rint(mean * UNIT).astype(np.int64),
        tuple(int(one) for one in energy.clip(0, 255)),
        rows.astype(np.int64),
    )
