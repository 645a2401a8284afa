"""What files are made of, by name: the proposers of layers that rate control chooses from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcmcodec.encoder.goal import Goal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vcmcodec.encoder.proposer import BaseProposer, Proposer

SCHEMES = ("auto", "mixed", "texture", "canvas", "strokes", "hu2020")
"""What files are made of: texture, and strokes where they help; texture and strokes; texture alone; its part
for the whole canvas alone, for studies; strokes and reference pixels; and the same as Hu et al. 2020 code
them, section 3: strokes by PPM, reference pixels beside strokes alone."""

NO_STROKES = ("auto", "texture", "canvas")
"""Schemes that need no opencv_contrib, which finds strokes."""

LACKING = 145.0
"""Mean squared error of R, G and B, in squared levels, above which strokes help after a texture: 26.5 dB.
Above it they make LPIPS 6 % better, for 3 to 4 % of identity; on portraits before plain backgrounds they cost
identity up to 10 %, for little (docs/ablations.md)."""

_SHARES = (0.0435, 0.0485, 0.078), (0.95, 0.9, 0.85)
"""Bits per canvas pixel of a file of texture alone, its header apart, and the texture's share where ``auto``
adds strokes instead of the rest. Below, it adds none: all bits go to the person."""


def scheme_of(scheme: str | None, detail: float | None, colours: int | None) -> str:
    """The scheme that arguments of :func:`vcmcodec.encode` ask for: where none is named, strokes where an
    argument is set that only strokes have, else ``auto``.

    Raises ValueError for an unknown one.
    """
    if scheme is None:
        return "auto" if detail is None and colours is None else "strokes"
    if scheme not in SCHEMES:
        raise ValueError(f"scheme {scheme!r} is none of {', '.join(SCHEMES)}")
    return scheme


def proposers(
    scheme: str, canvas: NDArray[np.uint8], goal: Goal, frame: int = 0
) -> tuple[BaseProposer, list[Proposer]]:
    """The proposer of the base layer and those of the others, in their order, for a canvas picture, uint8
    (H, W, 3) RGB. A picture of one colour is that colour, whatever the scheme. ``frame``: bytes of the file
    that hold nothing of the canvas, header included.

    Raises ModelError where a model file is missing.
    """
    import numpy as np

    from vcmcodec.encoder import opencv, plain

    if (colour := plain.colour(canvas)) is not None:
        return plain.PlainProposer(canvas, colour), []
    if scheme == "hu2020":
        from vcmcodec.encoder import hu2020

        return hu2020.proposers(canvas, goal.colours)
    if scheme == "strokes":
        from vcmcodec.encoder.colours import ColourProposer
        from vcmcodec.encoder.sketch import Sketch
        from vcmcodec.encoder.strokes import StrokeProposer

        others: list[Proposer] = [] if goal.colours == 0 else [ColourProposer(canvas, goal.colours)]
        return StrokeProposer(Sketch(canvas)), others
    from vcmcodec.encoder.texture_proposer import TextureProposer

    base = TextureProposer(canvas, face=scheme != "canvas")
    if scheme == "auto" and opencv.has_strokes():
        quality = goal.quality if goal.detail is None else goal.detail
        if quality is None:
            assert goal.limit is not None
            quality = base.quality(goal.limit, frame)
        bpp = 8 * base.size(quality) / canvas[:, :, 0].size
        if bpp >= _SHARES[0][0] and base.error(quality) > LACKING:
            base.fixed_share = float(np.interp(bpp, *_SHARES))
            scheme = "mixed"
    if scheme != "mixed":
        return base, []
    from vcmcodec.encoder.strokes import StrokesBehind

    return base, [StrokesBehind(canvas)]
