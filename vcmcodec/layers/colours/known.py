"""The colours of a picture's first reference pixels: the colour layers' part of a scene."""

from __future__ import annotations

from dataclasses import dataclass

from vcmcodec.layers.colours.prediction import YCoCg


@dataclass(frozen=True)
class KnownColours:
    """``known``: colours of the first places, in YCoCg. ``filled``: whether fillers are among the places."""

    known: tuple[YCoCg, ...] = ()
    filled: bool = True
