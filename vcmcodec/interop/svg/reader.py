"""An SVG tree to what it draws: strokes in canvas pixels, and the dots of reference pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from vcmcodec.errors import LimitError, SvgError
from vcmcodec.interop.svg import shapes, transform
from vcmcodec.interop.svg.document import MAX_DEPTH, MAX_ELEMENTS, Node, limit, quoted
from vcmcodec.interop.svg.paths import MAX_SEGMENTS, Stroke
from vcmcodec.interop.svg.transform import Affine, Box
from vcmcodec.layers.colours import ycocg
from vcmcodec.layers.colours.text import DOTS, STEPS, YCOCG
from vcmcodec.layers.colours.ycocg import YCoCg

MAX_DATA = 1 << 19
"""Characters of attributes that are read, those of a ``use`` each time it is used."""

MAX_DOTS = 1 << 12

FARTHEST = 1e6
"""Points farther from the canvas, in pixels, are refused."""

_CONTAINERS = {"svg", "g", "a", "switch"}
_FILL = re.compile(r"#(?:([0-9a-fA-F]{6})|([0-9a-fA-F]{3}))")


@dataclass(frozen=True, slots=True)
class Dot:
    """A reference pixel's colour at a place, in canvas pixels."""

    place: complex
    colour: YCoCg


@dataclass(slots=True)
class Content:
    """What a document holds. ``colour_layers``: for each colour layer the index of its first dot and that of
    its quantiser steps."""

    strokes: list[Stroke] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    colour_layers: list[tuple[int, int]] = field(default_factory=list)


def root_box(root: Node) -> Box | None:
    """What of a document is shown: its viewBox, else its width and height, else None. Raises SvgError."""
    try:
        if root.attributes.get("viewBox", "").strip():
            return transform.view_box(root.attributes["viewBox"])
        sizes = [root.attributes.get(name, "%") for name in ("width", "height")]
        if any(size.strip().endswith("%") for size in sizes):
            return None
        width, height = (shapes.length(size, 0) for size in sizes)
        if min(width, height) <= 0:
            raise ValueError("the drawing has no size")
        return Box(0, 0, width, height)
    except (ValueError, ArithmeticError) as error:
        raise SvgError(f"svg: {error}", line=root.line) from None


def read(root: Node, box: Box, width: int, height: int) -> Content:
    """What a document draws on a canvas of ``width`` x ``height`` pixels, of which ``box`` fills as
    much as it can, centred.

    Raises SvgError where attributes cannot be read, LimitError where too much is drawn.
    """
    walker = _Walker(root)
    walker.charge(root)
    try:
        frame = _Frame(transform.fit(box, Box(0, 0, width, height)), box.width, box.height)
        walker.children(root, walker.inside(root, frame), 1)
    except (ValueError, ArithmeticError) as error:
        raise SvgError(f"svg: {error}", line=root.line) from None
    return walker.content


@dataclass(frozen=True, slots=True)
class _Frame:
    """What an element takes from those around it. ``width``, ``height``: of the viewport, in its
    units. ``dots``: it is part of the reference pixels."""

    map: Affine
    width: float
    height: float
    visible: bool = True
    fill: str | None = None
    dots: bool = False


class _Walker:
    def __init__(self, root: Node) -> None:
        self.content = Content()
        self.drawn = 0
        self.data = 0
        self.segments = 0
        self.ids: dict[str, Node] = {}
        stack = [root]
        while stack:
            node = stack.pop()
            self.ids.setdefault(node.attributes.get("id", ""), node)
            stack += reversed(node.children)

    def children(self, node: Node, frame: _Frame, depth: int) -> None:
        for child in node.children:
            self.element(child, frame, depth)

    def element(self, node: Node, frame: _Frame, depth: int) -> None:
        self.drawn += 1
        if self.drawn > MAX_ELEMENTS:
            raise limit(f"more than {MAX_ELEMENTS} elements are drawn", node.line)
        if depth > MAX_DEPTH:
            raise limit(f"drawn deeper than {MAX_DEPTH}: does a use draw itself?", node.line)
        self.charge(node)
        dots = frame.dots or node.attributes.get("id") == DOTS
        if not node.tag or (node.style("display") == "none" and not dots):
            return  # dots out of the way while someone edits strokes still count
        try:
            self._draw(node, self.inside(node, frame), depth)
        except (ValueError, ArithmeticError) as error:
            raise SvgError(f"{node.tag}: {error}", line=node.line) from None

    def charge(self, node: Node) -> None:
        """Counts the attributes of an element that is about to be read, each time that it is."""
        self.data += sum(map(len, node.attributes.values()))
        if self.data > MAX_DATA:
            raise limit(f"attributes of more than {MAX_DATA} characters", node.line)

    def inside(self, node: Node, frame: _Frame) -> _Frame:
        """The frame of what an element draws. Raises ValueError."""
        text = node.attributes.get("transform", "")
        visibility = node.style("visibility")
        return replace(
            frame,
            map=frame.map.after(transform.parse(text)) if text else frame.map,
            visible=frame.visible if visibility in (None, "inherit") else visibility == "visible",
            fill=node.style("fill") or frame.fill,
            dots=frame.dots or node.attributes.get("id") == DOTS,
        )

    def _draw(self, node: Node, frame: _Frame, depth: int) -> None:
        if node.tag == "use":
            self._use(node, frame, depth)
        elif node.tag in _CONTAINERS:
            if node.tag == "svg":
                frame = self._viewport(node, frame, node.attributes)
            if frame.dots and STEPS in node.attributes:
                self._layer(node)
            self.children(node, frame, depth + 1)
        elif frame.dots:
            if node.tag in ("circle", "ellipse"):
                self._dot(node, frame)
        elif frame.visible:
            try:
                outline = shapes.outline(node, frame.width, frame.height)
            except LimitError as error:
                raise limit(error.reason, node.line) from None
            self.segments += outline.pieces
            if self.segments > MAX_SEGMENTS:
                raise limit(f"more than {MAX_SEGMENTS} segments", node.line)
            for stroke in outline.strokes:
                self._stroke([tuple(frame.map(point) for point in part) for part in stroke])

    def _stroke(self, stroke: Stroke) -> None:
        # Written so that what is not a number fails too.
        if not all(abs(p.real) <= FARTHEST and abs(p.imag) <= FARTHEST for part in stroke for p in part):
            raise ValueError(f"a point is more than {FARTHEST:.0f} pixels from the canvas")
        self.content.strokes.append(stroke)

    def _use(self, node: Node, frame: _Frame, depth: int) -> None:
        target = self.ids.get(node.attributes.get("href", "")[1:])
        if target is None:
            raise ValueError(f"there is no {quoted(node.attributes.get('href', ''))}")
        x = shapes.length(node.attributes.get("x", "0"), frame.width)
        y = shapes.length(node.attributes.get("y", "0"), frame.height)
        frame = replace(frame, map=frame.map.after(Affine(e=x, f=y)))
        if target.tag != "symbol":
            self.element(target, frame, depth + 1)
            return
        self.charge(target)
        sizes = {key: value for key, value in node.attributes.items() if key in ("width", "height")}
        frame = self._viewport(target, self.inside(target, frame), {**target.attributes, **sizes})
        self.children(target, frame, depth + 1)

    def _viewport(self, node: Node, frame: _Frame, attributes: dict[str, str]) -> _Frame:
        """The frame within a nested svg or a symbol."""
        x, width = (
            shapes.length(attributes.get(name, default), frame.width)
            for name, default in (("x", "0"), ("width", "100%"))
        )
        y, height = (
            shapes.length(attributes.get(name, default), frame.height)
            for name, default in (("y", "0"), ("height", "100%"))
        )
        if "viewBox" not in attributes:
            return replace(frame, map=frame.map.after(Affine(e=x, f=y)), width=width, height=height)
        box = transform.view_box(attributes["viewBox"])
        fitted = transform.fit(box, Box(x, y, width, height), attributes.get("preserveAspectRatio", ""))
        return replace(frame, map=frame.map.after(fitted), width=box.width, height=box.height)

    def _layer(self, node: Node) -> None:
        text = node.attributes[STEPS]
        if not re.fullmatch("[0-5]", text):
            raise ValueError(f"{STEPS} {quoted(text)} is not 0 to 5")
        self.content.colour_layers.append((len(self.content.dots), int(text)))

    def _dot(self, node: Node, frame: _Frame) -> None:
        if len(self.content.dots) == MAX_DOTS:
            raise limit(f"more than {MAX_DOTS} reference pixels", node.line)
        match = _FILL.fullmatch(frame.fill or "")
        if match is None:
            raise ValueError(f"a reference pixel's fill {quoted(frame.fill or '')} is not #rrggbb")
        digits = match[1] or "".join(2 * digit for digit in match[2])
        rgb = int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
        place = frame.map(shapes.dot(node, frame.width, frame.height))
        self.content.dots.append(Dot(place, _exact(node, rgb)))


def _exact(node: Node, rgb: tuple[int, int, int]) -> YCoCg:
    """The colour that a dot stands for: of those that look like its fill the one it names, else the
    plain one."""
    named = re.fullmatch(r"(\d{1,3}) (-?\d{1,3}) (-?\d{1,3})", node.attributes.get(YCOCG, ""))
    if named:
        y, co, cg = (int(value) for value in named.groups())
        if max(y, abs(co), abs(cg)) <= 255 and ycocg.to_rgb(y, co, cg) == rgb:
            return y, co, cg
    return ycocg.to_ycocg(*rgb)
