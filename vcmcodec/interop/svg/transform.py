"""Affine maps of the plane: ``transform`` attributes, and viewBoxes fitted to viewports."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from vcmcodec.interop.svg.paths import LARGEST, numbers

_CALL = re.compile(r"[\s,]*([A-Za-z]+)\s*\(([^()]*)\)")
_ALIGN = {"Min": 0.0, "Mid": 0.5, "Max": 1.0}


class Affine(NamedTuple):
    """(x, y) goes to (a x + c y + e, b x + d y + f), SVG's ``matrix(a b c d e f)``."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    def __call__(self, point: complex) -> complex:
        x, y = point.real, point.imag
        return complex(self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f)

    def after(self, inner: Affine) -> Affine:
        """This map of what ``inner`` gives. Raises ValueError where its numbers grow out of bounds."""
        result = Affine(
            self.a * inner.a + self.c * inner.b,
            self.b * inner.a + self.d * inner.b,
            self.a * inner.c + self.c * inner.d,
            self.b * inner.c + self.d * inner.d,
            self.a * inner.e + self.c * inner.f + self.e,
            self.b * inner.e + self.d * inner.f + self.f,
        )
        if not all(abs(value) <= LARGEST for value in result):  # not a number is neither
            raise ValueError("transforms multiply to a number that is too large")
        return result


class Box(NamedTuple):
    """A viewBox or a viewport."""

    x: float
    y: float
    width: float
    height: float


def parse(text: str) -> Affine:
    """The map of a ``transform`` attribute. Raises ValueError where it is none."""
    result = Affine()
    position = 0
    while match := _CALL.match(text, position):
        position = match.end()
        result = result.after(_one(match[1], numbers(match[2])))
    if text[position:].strip(" \t\r\n\f,") not in ("", "none"):
        raise ValueError("the transform cannot be read")
    return result


def _one(name: str, values: list[float]) -> Affine:
    match name, values:
        case "matrix", [a, b, c, d, e, f]:
            return Affine(a, b, c, d, e, f)
        case "translate", [x, *rest] if len(rest) < 2:
            return Affine(e=x, f=rest[0] if rest else 0.0)
        case "scale", [x, *rest] if len(rest) < 2:
            return Affine(a=x, d=rest[0] if rest else x)
        case "rotate", [angle, *centre] if len(centre) in (0, 2):
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            x, y = centre or (0.0, 0.0)
            return Affine(cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y)
        case "skewX", [angle]:
            return Affine(c=math.tan(math.radians(angle)))
        case "skewY", [angle]:
            return Affine(b=math.tan(math.radians(angle)))
    raise ValueError(f"a transform {ascii(name[:20])} of {len(values)} numbers")


def view_box(text: str) -> Box:
    """A ``viewBox`` attribute. Raises ValueError where it is none or holds no area."""
    values = numbers(text)
    if len(values) != 4 or min(values[2:]) <= 0:
        raise ValueError("the viewBox is not four numbers with a size above 0")
    return Box(*values)


def fit(box: Box, port: Box, aspect: str = "") -> Affine:
    """The map of ``box`` to ``port`` that ``preserveAspectRatio`` asks for, by default all of it, as
    large as fits, centred. Raises ValueError where ``aspect`` is no such attribute."""
    sx, sy = port.width / box.width, port.height / box.height
    match = re.fullmatch(
        r"\s*(none|x(Min|Mid|Max)Y(Min|Mid|Max))(?:\s+(meet|slice))?\s*", aspect or "xMidYMid"
    )
    if match is None:
        raise ValueError("preserveAspectRatio cannot be read")
    if match[1] != "none":
        sx = sy = max(sx, sy) if match[4] == "slice" else min(sx, sy)
    x = port.x + (port.width - sx * box.width) * _ALIGN[match[2] or "Min"]
    y = port.y + (port.height - sy * box.height) * _ALIGN[match[3] or "Min"]
    return Affine(a=sx, d=sy, e=x - sx * box.x, f=y - sy * box.y)
