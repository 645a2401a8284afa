"""The base layer: strokes, in one of two codings (spec/FORMAT.md, section "Edge layer").

::

    payload = profile(1) strokes(varint) decisions          coding 2, strokes from top to bottom
    payload = profile(1) moves(varint) ... ppm              coding 1, strokes in any order
"""

from __future__ import annotations

import itertools

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextCoder, ContextModel
from vcmcodec.errors import LimitError
from vcmcodec.format.wire import Reader
from vcmcodec.layers import decisions
from vcmcodec.layers.edges import raster, strokes
from vcmcodec.layers.edges.drawing import Drawing
from vcmcodec.layers.edges.head import CODE, PPM, WEIGHTS, StrokeHead
from vcmcodec.layers.edges.head import read as read_head
from vcmcodec.layers.edges.ops import Grid, Op, fault
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene


def _model() -> ContextModel:
    return context_weights.model(WEIGHTS, strokes.WEIGHTS)


def encode(drawing: Drawing, coding: int | None = None) -> bytes:
    """The payload of a drawing's strokes in ``coding`` 1, that of Hu et al. 2020, which keeps any order, or
    2, for strokes sorted by where they begin (see :func:`vcmcodec.layers.edges.strokes.in_order`); None: 2
    where they are.

    Raises ModelError where the weights or the primer are missing, and as
    :func:`vcmcodec.layers.edges.ppm_strokes.encode`.
    """
    if coding == PPM or not strokes.in_order(drawing.ops):
        from vcmcodec.layers.edges import ppm_strokes

        return ppm_strokes.encode(drawing)
    body, _ = decisions.encode(
        _model(), lambda coder: list(strokes.walk(coder, drawing.grid, drawing.strokes, drawing.ops))
    )
    return StrokeHead(drawing.step, drawing.strokes).write() + body


def size(drawing: Drawing, coding: int | None = None) -> float:
    """Bytes that :func:`encode` would give for strokes in order, to a byte or so, and in coding 2 in half its
    time.

    Raises ModelError as :func:`encode`.
    """
    if coding == PPM:
        return len(encode(drawing, PPM))
    from vcmcodec.entropy.rate import RateEstimator  # no decoder needs it

    rate = RateEstimator()
    for _ in strokes.walk(ContextCoder(rate, _model()), drawing.grid, drawing.strokes, drawing.ops):
        pass
    return len(StrokeHead(drawing.step, drawing.strokes).write()) + rate.bytes


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the strokes that ``reader`` holds.

    Raises FormatError where the payload is damaged, UnsupportedError for an unknown coding, LimitError for
    too many or too long strokes, ModelError where weights or primer are missing.
    """
    head = read_head(reader)
    start = reader.offset
    grid = Grid(scene.width, scene.height, head.step)
    if isinstance(head, StrokeHead):
        ops = _read(head, grid, reader, limits)
    else:
        from vcmcodec.layers.edges import ppm_strokes  # much to load for what few files hold

        ops = ppm_strokes.decode(head, reader, limits)
    reason = fault(ops, grid)
    if reason:
        raise reader.error(f"damaged: {reason}", start)
    track = raster.track(ops, head.step)
    if track > limits.track:
        raise LimitError(
            f"{track} positions to draw are above the limit of {limits.track}",
            layer=reader.layer,
            offset=start,
        )
    return scene.with_part(CODE, Drawing(scene.width, scene.height, head.step, ops))


def _read(head: StrokeHead, grid: Grid, reader: Reader, limits: Limits) -> tuple[Op, ...]:
    start, least = reader.offset, 2 * head.count

    def walk(coder: ContextCoder) -> list[Op]:
        # One more than there may be shows that there are more.
        some = itertools.islice(strokes.walk(coder, grid, head.count, None), limits.ops + 1)
        ops = list(some) if least <= limits.ops else []
        if max(least, len(ops)) > limits.ops:
            raise LimitError(
                f"{max(least, len(ops))} ops or more are above the limit of {limits.ops}",
                layer=reader.layer,
                offset=start,
            )
        return ops

    ops = decisions.decode(reader, _model(), walk)
    if not strokes.in_order(ops):
        raise reader.error("damaged: the strokes are not in order", start)
    return tuple(ops)
