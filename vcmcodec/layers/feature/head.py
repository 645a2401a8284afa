"""The first byte of a feature layer (spec/FORMAT.md, section "Feature layer")."""

from __future__ import annotations

from dataclasses import dataclass

from vcmcodec.format.wire import Reader

CODE = 0x84

CODING = 1
"""Id of the coding: of the embedding, and of the transform and weights that it goes with."""

TRANSFORM = f"feature-{CODING}.transform"
WEIGHTS = f"feature-{CODING}.weights"
"""Names of the model files."""

STEPS = 16
"""Quantiser steps have numbers below this."""


@dataclass(frozen=True)
class FeatureHead:
    """``coding``: which embedding this is, and how it is coded; others than :data:`CODING` are skipped.
    ``step``: index of the quantiser step, 0..15."""

    coding: int
    step: int

    @property
    def count(self) -> None:
        """Nothing is counted."""
        return None

    @property
    def known(self) -> bool:
        """Whether this version reads it."""
        return self.coding == CODING

    def write(self) -> bytes:
        """The head's byte."""
        return bytes([self.coding << 4 | self.step])


def read(reader: Reader) -> FeatureHead:
    """The head of a feature layer, of whatever coding.

    Raises FormatError where it is missing.
    """
    profile = reader.byte("profile")
    return FeatureHead(profile >> 4, profile & 0x0F)
