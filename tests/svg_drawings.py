"""Drawings in SVG, and the points of their strokes."""

from __future__ import annotations

from vcmcodec.interop import svg
from vcmcodec.layers.edges.ops import Move

OURS = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" ' + " ".join(
    f'data-vcm-{name}="{value}"'
    for name, value in {"width": 64, "height": 64, "side": 64, "step": 1, "model": 1}.items()
)
"""A root whose strokes stay in order, on a grid of half a pixel."""

INKSCAPE = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape (http://www.inkscape.org/) -->
<svg width="64mm" height="64mm" viewBox="0 0 64 64" version="1.1" id="svg5"
   inkscape:version="1.2.2 (b0a8486541, 2022-12-01)" sodipodi:docname="face.svg"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
   xmlns:xlink="http://www.w3.org/1999/xlink"
   xmlns="http://www.w3.org/2000/svg" xmlns:svg="http://www.w3.org/2000/svg">
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff" inkscape:document-units="mm">
    <inkscape:grid type="xygrid" id="grid1" />
  </sodipodi:namedview>
  <defs id="defs2"><path id="unseen" d="M 1,1 9,9" /></defs>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1" transform="translate(10,20)">
    <path style="fill:none;stroke:#000000;stroke-width:0.26px" d="m 2,3 h 10 v 5 c 1,1 2,2 4,1"
       id="path1" sodipodi:nodetypes="cccc" inkscape:connector-curvature="0" />
    <g id="g2" style="display:none"><path d="m 0,0 5,5" id="path3" /></g>
    <g id="g4" transform="scale(2)"><svg:rect width="3" height="4" x="1" y="1" id="rect5" /></g>
    <use xlink:href="#path1" x="1" y="2" id="use6" />
  </g>
</svg>
"""


def passed(drawn: svg.SvgDrawing) -> list[list[complex]]:
    """What strokes on a grid of half a pixel pass through, control points included, in pixels."""
    found: list[list[complex]] = []
    for op in drawn.drawing.ops:
        if isinstance(op, Move):
            found.append([])
        found[-1] += [complex(x + 1, y + 1) / 2 for x, y in op]
    return found


def points(body: str) -> list[list[complex]]:
    """The same of a drawing of 64 x 64 pixels, in its order."""
    return passed(svg.load(f"{OURS}>{body}</svg>"))


def near(found: list[list[complex]], wanted: list[list[complex]], by: float = 0.36) -> bool:
    """Whether points are the wanted ones, but for rounding to half a pixel in x and in y."""
    return [len(stroke) for stroke in found] == [len(stroke) for stroke in wanted] and all(
        abs(p - q) <= by for s, t in zip(found, wanted) for p, q in zip(s, t)
    )
