"""A detail layer's payload (spec/FORMAT.md, section "Detail layer").

::

    payload = profile(1) step(1) decisions
"""

from __future__ import annotations

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextModel
from vcmcodec.format.wire import Reader
from vcmcodec.layers import decisions
from vcmcodec.layers.detail import syntax, tables
from vcmcodec.layers.detail.head import CODE, WEIGHTS, DetailHead
from vcmcodec.layers.detail.head import read as read_head
from vcmcodec.layers.detail.part import Detail
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene


def model() -> ContextModel:
    """The context model of this coding.

    Raises ModelError where its weights are missing or altered.
    """
    return context_weights.model(WEIGHTS, syntax.WEIGHTS)


def encode(scene: Scene, detail: Detail) -> tuple[bytes, Scene]:
    """The payload of a layer, and the scene as a decoder will know it.

    Raises ModelError where transform or weights are missing.
    """
    transform = tables.transform()
    body, levels = decisions.encode(
        model(), lambda coder: syntax.walk(coder, transform, detail.step, detail.levels)
    )
    made = Detail(detail.step, levels)
    return DetailHead(detail.step).write() + body, scene.with_part(CODE, made)


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the coefficients that ``reader`` holds.

    Raises FormatError where the payload is damaged; UnsupportedError for an unknown coding or step;
    ModelError where transform or weights are missing.
    """
    step = read_head(reader).step
    transform = tables.transform()
    levels = decisions.decode(reader, model(), lambda coder: syntax.walk(coder, transform, step))
    return scene.with_part(CODE, Detail(step, levels))
