"""A feature layer's payload (spec/FORMAT.md, section "Feature layer")::

payload = profile(1) decisions
"""

from __future__ import annotations

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextModel
from vcmcodec.format.wire import Reader
from vcmcodec.layers import decisions
from vcmcodec.layers.feature import syntax, tables
from vcmcodec.layers.feature.head import CODE, CODING, WEIGHTS, FeatureHead
from vcmcodec.layers.feature.head import read as read_head
from vcmcodec.layers.feature.part import Feature
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene


def model() -> ContextModel:
    """The context model of this coding.

    Raises ModelError where its weights are missing or altered.
    """
    return context_weights.model(WEIGHTS, syntax.WEIGHTS)


def encode(scene: Scene, feature: Feature) -> tuple[bytes, Scene]:
    """The payload of a layer, and the scene as a decoder will know it.

    Raises ModelError where transform or weights are missing.
    """
    energies = tables.basis().energy
    body, levels = decisions.encode(
        model(), lambda coder: syntax.walk(coder, energies, feature.step, feature.levels)
    )
    head = FeatureHead(CODING, feature.step).write()
    return head + body, scene.with_part(CODE, Feature(feature.step, levels))


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the feature that ``reader`` holds; the same where its coding is not this one, as the
    layer may be skipped.

    Raises FormatError where the payload is damaged, ModelError where transform or weights are missing.
    """
    head = read_head(reader)
    if not head.known:
        return scene
    energies = tables.basis().energy
    levels = decisions.decode(reader, model(), lambda coder: syntax.walk(coder, energies, head.step))
    return scene.with_part(CODE, Feature(head.step, levels))
