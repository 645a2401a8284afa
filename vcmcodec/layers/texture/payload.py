"""A texture layer's payload (spec/FORMAT.md, section "Texture layer").

::

    payload = profile(1) step(1) decisions          the first of a file
    payload = profile(1) decisions                  later ones
    payload = profile(1) red(1) green(1) blue(1)    one colour, the only one of a file
"""

from __future__ import annotations

from typing import NamedTuple

from vcmcodec.entropy import context_weights
from vcmcodec.entropy.contexts import ContextCoder, ContextModel
from vcmcodec.format.wire import Reader
from vcmcodec.layers import decisions
from vcmcodec.layers.texture import syntax, tables
from vcmcodec.layers.texture.frame import Frame
from vcmcodec.layers.texture.head import CODE, WEIGHTS, TextureHead
from vcmcodec.layers.texture.head import read as read_head
from vcmcodec.layers.texture.part import Known, Texture
from vcmcodec.limits import Limits
from vcmcodec.scene import Scene


class Wanted(NamedTuple):
    """What a layer is to hold. ``shift``: its own; ``counts``: coefficients of either part; ``choose``: their
    levels at that shift, by part and rank (see :data:`vcmcodec.layers.texture.syntax.Choose`). ``begin``:
    what a file's first layer begins with, without coefficients; None for later ones."""

    shift: int
    counts: tuple[int, int]
    choose: syntax.Choose
    begin: Texture | None = None


def model() -> ContextModel:
    """The context model of this coding.

    Raises ModelError where its weights are missing or altered.
    """
    return context_weights.model(WEIGHTS, syntax.WEIGHTS)


def _head(wanted: Wanted) -> TextureHead:
    return TextureHead(wanted.shift, wanted.begin.step if wanted.begin else None)


def _walk(coder: ContextCoder, known: Texture, wanted: Wanted) -> Texture:
    first = wanted.begin is not None
    return syntax.walk(coder, tables.transform(), known, wanted.shift, first, wanted.counts, wanted.choose)


def encode_plain(scene: Scene, colour: tuple[int, int, int]) -> tuple[bytes, Scene]:
    """The payload of a layer of one colour, red, green and blue, and the scene as a decoder will know it."""
    head = TextureHead(0, 0, colour)
    return head.write(), scene.with_part(CODE, _begun(scene, head))


def _begun(scene: Scene, head: TextureHead) -> Texture:
    assert head.step is not None
    return Texture(scene.width, scene.height, head.step, 0, Frame(), Known(), Known(), head.plain)


def encode(scene: Scene, wanted: Wanted) -> tuple[bytes, Scene]:
    """The payload of a layer, and the scene as a decoder will know it.

    Raises ModelError where transform or weights are missing.
    """
    known = wanted.begin or scene.part(CODE)
    body, made = decisions.encode(model(), lambda coder: _walk(coder, known, wanted))
    return _head(wanted).write() + body, scene.with_part(CODE, made)


def size(known: Texture | None, wanted: Wanted) -> tuple[float, Texture]:
    """Bytes that :func:`encode` would give, to a byte or so, and what a decoder would know.

    Raises ModelError where transform or weights are missing.
    """
    from vcmcodec.entropy.rate import RateEstimator  # no decoder needs it

    rate = RateEstimator()
    begun = wanted.begin or known
    assert begun is not None
    made = _walk(ContextCoder(rate, model()), begun, wanted)
    return len(_head(wanted).write()) + rate.bytes, made


def decode(scene: Scene, reader: Reader, limits: Limits) -> Scene:
    """The scene with the coefficients that ``reader`` holds.

    Raises FormatError where the payload is damaged, or is the first of its file and has no step, or is not
    and has one, or follows one of one colour; UnsupportedError for an unknown coding or step; ModelError
    where transform or weights are missing.
    """
    head = read_head(reader)
    known: Texture | None = scene.part(CODE)
    if known is not None and known.plain is not None:
        raise reader.error("a texture layer behind one of one colour")
    if (head.step is None) != (known is not None):
        raise reader.error(
            "a first texture layer without a step" if known is None else "a later texture layer with a step"
        )
    first, begun = known is None, known or _begun(scene, head)
    if head.plain is not None:
        if reader.left:
            raise reader.error("bytes behind a colour")
        return scene.with_part(CODE, begun)
    transform = tables.transform()
    made = decisions.decode(
        reader, model(), lambda coder: syntax.walk(coder, transform, begun, head.shift, first)
    )
    return scene.with_part(CODE, made)
