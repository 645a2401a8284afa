"""How large a file is to get: operating points by name, and goals."""

from __future__ import annotations

from dataclasses import dataclass

PRESETS = {"micro": 0.008, "tiny": 0.015, "small": 0.03, "normal": 0.05, "fine": 0.08}
"""Bits per canvas pixel of whole files, by name: exceeded only where even the smallest file is larger."""

STROKE_PRESETS = ("tiny", "small", "normal", "fine")
"""Presets that are large enough for the strokes of a face."""

DEFAULT = "normal"


@dataclass(frozen=True)
class Goal:
    """What a file is to be: at most ``limit`` bytes, or of a ``quality``, 0 to 100; one of them is
    None. ``strict``: whether a limit that is too small is an error; else the smallest file is written, above
    the limit. ``detail``: the quality of the base layer alone, None for what rate control gives it.
    ``colours``: the most reference pixels, None for as many as are worth it."""

    limit: int | None = None
    quality: float | None = None
    detail: float | None = None
    colours: int | None = None
    strict: bool = True


def goal_of(
    *,
    picture: int,
    canvas: int,
    preset: str | None = None,
    bytes: int | None = None,
    bpp: float | None = None,
    quality: float | None = None,
    detail: float | None = None,
    colours: int | None = None,
) -> Goal:
    """The goal that the arguments of :func:`vcmcodec.encode` name, for a picture of ``picture`` and a canvas
    of ``canvas`` pixels.

    Raises ValueError for more than one size, and for what is out of range.
    """
    sizes = {"preset": preset, "bytes": bytes, "bpp": bpp, "quality": quality}
    given = [name for name, value in sizes.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"{' and '.join(given)} exclude each other")
    if colours is not None and colours < 0:
        raise ValueError(f"colours {colours} is below 0")
    for name, value in (("quality", quality), ("detail", detail)):
        if value is not None and not 0 <= value <= 100:
            raise ValueError(f"{name} {value} is not in 0..100")
    if bytes is not None and bytes < 0:
        raise ValueError(f"bytes {bytes} is below 0")
    if bpp is not None and not 0 <= bpp <= 24:
        raise ValueError(f"bpp {bpp} is not in 0..24")
    if quality is not None:
        return Goal(None, quality, detail, colours)
    if bpp is not None:
        bytes = int(bpp * picture / 8)
    elif bytes is None:
        if preset is not None and preset not in PRESETS:
            raise ValueError(f"preset {preset!r} is none of {', '.join(PRESETS)}")
        bytes = int(PRESETS[preset or DEFAULT] * canvas / 8)
    return Goal(bytes, None, detail, colours, strict=detail is not None or given not in ([], ["preset"]))
