"""The first bytes of a detail layer (spec/FORMAT.md, section "Detail layer")."""

from __future__ import annotations

from dataclasses import dataclass

from vcmcodec.format.wire import Reader
from vcmcodec.layers.texture.head import read_step

CODE = 0x04

CODING = 1
"""Id of the coding, and of the transform and weights that it goes with."""

TRANSFORM = f"detail-{CODING}.transform"
WEIGHTS = f"detail-{CODING}.weights"
"""Names of the model files."""

_RESERVED = 0x0F


@dataclass(frozen=True)
class DetailHead:
    """``step``: index of the quantiser step (see :func:`vcmcodec.layers.texture.steps.step`)."""

    step: int

    @property
    def count(self) -> None:
        """Coefficients are counted inside."""
        return None

    def write(self) -> bytes:
        """The head's bytes."""
        return bytes([CODING << 4, self.step])


def read(reader: Reader) -> DetailHead:
    """The head of a detail layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown coding or step.
    """
    profile = reader.byte("profile")
    if profile >> 4 != CODING:
        raise reader.unsupported(f"detail coding {profile >> 4} is unknown")
    if profile & _RESERVED:
        raise reader.unsupported("a bit of the profile is set that means nothing yet")
    return DetailHead(read_step(reader))
