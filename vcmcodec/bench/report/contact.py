"""The same faces through every codec at the rate nearest to this codec's, side by side."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image

from vcmcodec.bench import codecs
from vcmcodec.bench.report.sheet import Panel, sheet
from vcmcodec.bench.report.summary import Point, Summary
from vcmcodec.bench.run.runner import Face, Plan
from vcmcodec.io import picture

SIDE = 192
"""Pixels a side of a picture on the sheet."""


def matched(summary: Summary) -> list[Point]:
    """Of each codec the point whose mean rate is nearest, as a ratio, to this codec's at its last
    point; of this codec the first and the last. Where this codec is missing: nearest to 0.05 bpp."""
    by_codec: dict[str, list[Point]] = {}
    for point in summary.points:
        by_codec.setdefault(point.codec, []).append(point)
    own = by_codec.pop(codecs.OWN, [])
    by_codec.pop(codecs.ORIGINAL, None)
    target = math.log(own[-1].bpp if own else 0.05)
    nearest = [
        min(points, key=lambda point: abs(math.log(point.bpp) - target)) for points in by_codec.values()
    ]
    return [*(own[:1] if len(own) > 1 else []), *own[-1:], *nearest]


def _panel(image: Image.Image, title: str, note: str) -> Panel:
    canvas = Image.new("RGB", (SIDE, SIDE), "white")
    image = image.copy()
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    canvas.paste(image, ((SIDE - image.width) // 2, (SIDE - image.height) // 2))
    return Panel(canvas, title, note)


def _column(plan: Plan, face: Face, points: Sequence[Point]) -> list[Panel]:
    """A face as it is and through each codec."""
    pixels = picture.load(face.path)
    column = [_panel(Image.fromarray(pixels), "original", f"{face.width} x {face.height}")]
    for point in points:
        spec = next(c.spec for c in plan.codecs if c.name == point.codec and point.label in c.points)
        codec = codecs.make(spec)
        try:
            data = codec.encode(pixels, point.label)
            decoded = Image.fromarray(codec.decode(data, face.width, face.height))
        except codecs.CodecError:
            column.append(_panel(Image.new("RGB", (1, 1), "white"), point.codec, "failed"))
            continue
        note = f"{point.label}, {8 * len(data) / face.pixels:.4f} bpp"
        column.append(_panel(decoded, point.codec, note))
    return column


def contact_sheet(plan: Plan, summary: Summary, count: int) -> bytes:
    """A sheet of ``count`` of the faces, spread evenly, a row a codec, as a WebP file."""
    count = min(count, len(plan.faces))
    faces = [plan.faces[index * len(plan.faces) // count] for index in range(count)]
    points = matched(summary)
    out = io.BytesIO()
    columns = [_column(plan, face, points) for face in faces]
    sheet(list(zip(*columns))).save(out, "WEBP", quality=88, method=4)
    return out.getvalue()
