"""The Lagrange multiplier of rate-distortion optimisation, by quality: all proposers minimise distortion plus
lambda times bits."""

from __future__ import annotations

LAMBDA_COARSEST, LAMBDA_FINEST = 5.0, 0.06
"""Lambda at quality 0 and at 100, in the unit of :meth:`vcmcodec.encoder.sketch.Sketch.drawing`."""


def lambda_at(quality: float) -> float:
    """Lambda at a ``quality``, 0 to 100: it falls exponentially."""
    return LAMBDA_COARSEST * (LAMBDA_FINEST / LAMBDA_COARSEST) ** (quality / 100)
