"""What quality means to all proposers: the price of a bit, lambda of rate-distortion optimisation."""

from __future__ import annotations

DEAREST, CHEAPEST = 5.0, 0.06
"""What a bit costs at quality 0 and at 100 (see :meth:`vcmcodec.encoder.sketch.Sketch.drawing`)."""


def price(quality: float) -> float:
    """The price of a bit at a ``quality``, 0 to 100."""
    return DEAREST * (CHEAPEST / DEAREST) ** (quality / 100)
