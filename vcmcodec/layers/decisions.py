"""What a payload holds behind its head, as most kinds have it: decisions by context weights, to its last byte
(spec/FORMAT.md, section "Entropy coding")."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from vcmcodec.entropy.contexts import ContextCoder, ContextModel
from vcmcodec.entropy.range_coder import Decoder, Encoder
from vcmcodec.format.wire import Reader

Made = TypeVar("Made")


def encode(model: ContextModel, walk: Callable[[ContextCoder], Made]) -> tuple[bytes, Made]:
    """The bytes of what ``walk`` codes, and what it returns."""
    coder = Encoder()
    made = walk(ContextCoder(coder, model))
    return coder.finish(), made


def decode(reader: Reader, model: ContextModel, walk: Callable[[ContextCoder], Made]) -> Made:
    """What ``walk``, which raises ValueError for what is illegal, makes of all that ``reader`` has left.

    Raises FormatError where that, or how the bytes end, is illegal; and what else ``walk`` raises.
    """
    start = reader.offset
    coder = Decoder(reader.rest())
    try:
        made = walk(ContextCoder(coder, model))
    except ValueError as error:
        raise reader.error(f"damaged: {error}", start) from None
    if coder.fault:
        raise reader.error(f"damaged: {coder.fault}", start)
    return made
