"""The first bytes of a texture layer (spec/FORMAT.md, section "Texture layer")."""

from __future__ import annotations

from dataclasses import dataclass

from vcmcodec.format.wire import Reader

CODE = 0x03

CODING = 1
"""Id of the coding, and of the transform and weights that it goes with."""

PLAIN = 15
"""Id of the coding of one colour all over."""

TRANSFORM = f"texture-{CODING}.transform"
WEIGHTS = f"texture-{CODING}.weights"
"""Names of the model files."""

SHIFTS = 4
"""A layer's step is that of the file times 1, 2, 4 or 8."""

STEPS = 128
"""Quantiser steps have numbers below this."""

_SHIFT = 0x03
_FIRST = 0x04
_RESERVED = 0x08


@dataclass(frozen=True)
class TextureHead:
    """``shift``: the layer's quantiser step is the file's times 2**shift. ``step``: index of the file's step
    (see :func:`vcmcodec.layers.texture.steps.step`), in the first texture layer alone, None in later ones.
    ``plain``: red, green and blue of a layer that is one colour, None for any other."""

    shift: int
    step: int | None = None
    plain: tuple[int, int, int] | None = None

    @property
    def count(self) -> None:
        """Coefficients are counted inside."""
        return None

    def write(self) -> bytes:
        """The head's bytes."""
        if self.plain is not None:
            return bytes([PLAIN << 4, *self.plain])
        profile = CODING << 4 | self.shift
        return bytes([profile]) if self.step is None else bytes([profile | _FIRST, self.step])


def read(reader: Reader) -> TextureHead:
    """The head of a texture layer.

    Raises FormatError where it is damaged, UnsupportedError for an unknown coding.
    """
    profile = reader.byte("profile")
    if profile >> 4 not in (CODING, PLAIN):
        raise reader.unsupported(f"texture coding {profile >> 4} is unknown")
    plain = profile >> 4 == PLAIN
    if profile & (0x0F if plain else _RESERVED):
        raise reader.unsupported("a bit of the profile is set that means nothing yet")
    if plain:
        red, green, blue = reader.take(3, "a colour")
        return TextureHead(0, 0, (red, green, blue))
    if not profile & _FIRST:
        return TextureHead(profile & _SHIFT)
    return TextureHead(profile & _SHIFT, read_step(reader))


def read_step(reader: Reader) -> int:
    """The number of a quantiser step.

    Raises FormatError where it is missing, UnsupportedError where it is unknown.
    """
    step = reader.byte("step")
    if step >= STEPS:
        raise reader.unsupported(f"quantiser step {step} is unknown")
    return step
