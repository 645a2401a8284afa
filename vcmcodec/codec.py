"""Pictures to files and back: the two drawings of the design, read top to bottom.

The encoder walks through the decoder's own functions on quantised ops, so the two cannot drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vcmcodec import container, raster
from vcmcodec.container import CANVAS_UNIT, Header, Layer, canvas_size
from vcmcodec.layers import colours as colour_layer
from vcmcodec.layers import edges as edge_layer
from vcmcodec.layers import kinds
from vcmcodec.limits import DEFAULT_LIMITS, MAX_CANVAS, Limits
from vcmcodec.ops import Op
from vcmcodec.scene import Drawing, Scene
from vcmcodec.wire import Reader

if TYPE_CHECKING:
    from PIL.Image import Image

    from vcmcodec.picture import Source

MODEL = 1
"""Id of the generator that new files name."""

CUTS = (16, 48, 128)
"""Colour layers end at these numbers of reference pixels, and at the last one."""

STEP = 3
"""Quantiser step of end points and control points, in half-pixels."""

TOLERANCE = 1.5
"""How far an edge pixel may lie from its stroke, in canvas pixels."""


def draw(canvas: NDArray[np.uint8]) -> Drawing:
    """The strokes of a canvas picture, uint8 (H, W, 3) RGB: edge map, pixel chains, lines and
    curves on the grid, ordered (seed paper, sections 3.1 and 3.2). Where there are more than
    decoders take, the shortest strokes are left out."""
    from vcmcodec.analysis import edges, fit, order, trace
    from vcmcodec.ops import Grid

    height, width = canvas.shape[:2]
    chains = trace.trace(edges.edge_map(canvas))
    strokes = fit.strokes(chains, Grid(width, height, STEP), TOLERANCE)
    return Drawing(width, height, STEP, tuple(order.tour(_longest(strokes))))


def _longest(strokes: list[list[Op]], limits: Limits = DEFAULT_LIMITS) -> list[list[Op]]:
    """As many of the longest strokes as decoders take by default, in the order that they had."""
    track = [raster.track(stroke, STEP) for stroke in strokes]
    kept: list[int] = []
    ops = drawn = 0
    for index in sorted(range(len(strokes)), key=lambda index: -track[index]):
        ops += len(strokes[index])
        drawn += track[index]
        if ops > limits.ops or drawn > limits.track:
            break
        kept.append(index)
    return [strokes[index] for index in sorted(kept)]


def pick(canvas: NDArray[np.uint8], where: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """The RGB of ``canvas``, uint8 (H, W, 3), at pixels (x, y)."""
    return [(int(r), int(g), int(b)) for r, g, b in (canvas[y, x] for x, y in where)]


def encode_canvas(
    canvas: NDArray[np.uint8], colours: int | None = None
) -> tuple[Scene, list[tuple[int, bytes]]]:
    """The layers (kind, payload) of a canvas picture, uint8 (H, W, 3) RGB, and the scene that
    a decoder will make of them. ``colours``: the most reference pixels to send; None: all.

    Raises ModelError where the edge forest or a primer is missing.
    """
    drawing = draw(canvas)
    scene = Scene(drawing.width, drawing.height, drawing)
    coded = [(edge_layer.KIND, edge_layer.encode(drawing))]
    total = len(drawing.places) if colours is None else min(colours, len(drawing.places))
    for cut in sorted({cut for cut in (*CUTS, total) if cut <= total and cut}):
        wanted = pick(canvas, drawing.places[len(scene.known) : cut])
        payload, scene = colour_layer.encode(scene, wanted)
        coded.append((colour_layer.KIND, payload))
    return scene, coded


def encode(image: Source, *, size: int = 256, colours: int | None = None) -> bytes:
    """A picture as a ``.vcm`` file.

    ``image``: a path, a Pillow image, or uint8 (H, W, 3) RGB; sides 16 to 8192 pixels.
    ``size``: the canvas's longest side in pixels, a multiple of 32 up to 1024. ``colours``: the
    most reference pixels to send, 0 for strokes alone, None for all.

    Raises PictureError for what is no such picture, ModelError for a missing or altered
    model file, ValueError for ``size`` or ``colours`` out of range.
    """
    from vcmcodec import picture

    if size % CANVAS_UNIT or not CANVAS_UNIT <= size <= MAX_CANVAS:
        raise ValueError(f"size {size} is not a multiple of {CANVAS_UNIT} up to {MAX_CANVAS}")
    if colours is not None and colours < 0:
        raise ValueError(f"colours {colours} is below 0")
    pixels = picture.load(image)
    height, width = pixels.shape[:2]
    canvas = picture.resize(pixels, *canvas_size(width, height, size))
    _, coded = encode_canvas(canvas, colours)
    return container.write(Header(width, height, size, MODEL), coded)


def understand(header: Header, found: Sequence[Layer], limits: Limits = DEFAULT_LIMITS) -> Scene:
    """The scene that layers describe; unknown layers are skipped where they may be.

    Raises FormatError, UnsupportedError, LimitError, ModelError (see :mod:`vcmcodec.errors`).
    """
    scene = Scene(*canvas_size(header.width, header.height, header.side))
    for index, layer in enumerate(found):
        module = kinds.module_for(layer, index)
        if module is not None:
            scene = module.decode(
                scene, Reader(layer.payload, base=layer.start, layer=index, whole=True), limits
            )
    return scene


def decode_scene(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Header, Scene]:
    """Header and scene of a file: E, M and C without running the generator.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError, ModelError.
    """
    header, found = container.read(data, limits)
    return header, understand(header, found, limits)


def decode(
    data: bytes,
    *,
    base_only: bool = False,
    colours: int | None = None,
    device: str = "auto",
    limits: Limits = DEFAULT_LIMITS,
) -> Image:
    """The picture of a ``.vcm`` file, an RGB Pillow image of the picture's own size.

    ``base_only``: from the strokes alone. ``colours``: from at most the first N reference
    pixels. ``device``: ``auto``, ``cuda`` or ``cpu`` (see :func:`vcmcodec.generator.load`).

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file,
    ModelError where the file names another generator or its model file is missing or altered, and
    ValueError for ``colours`` below 0.
    """
    if colours is not None and colours < 0:
        raise ValueError(f"colours {colours} is below 0")
    from PIL import Image as pillow

    from vcmcodec import generator, picture

    header, scene = decode_scene(data, limits=limits)
    if base_only:
        colours = 0
    if colours is not None:
        scene = scene.first(colours)
    canvas = generator.load(header.model, device).run([scene])[0]
    return pillow.fromarray(picture.resize(canvas, header.width, header.height))
