"""Smaller files without decoding: layers dropped from the end, and what is whole of a download that broke off
(spec/FORMAT.md, section "Layers": a file cut after any layer is valid). Files are given by their bytes or a
path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vcmcodec.errors import BudgetError, FormatError, TruncatedError
from vcmcodec.format import container
from vcmcodec.format.file_bytes import Data, file_bytes
from vcmcodec.layers import kinds
from vcmcodec.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from vcmcodec.inspection import LayerInfo


def upto(data: Data, name: str, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file up to the layer that ``vcm layers`` calls by this ``name``, such as ``edge`` or ``colour:2``;
    the first colour layer is ``colour:1``.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, FormatError
    where it has no such layer, and ValueError for what is no such name.
    """
    data = file_bytes(data, limits)
    kind, number = kinds.cut_kind(name)
    ends = [layer.end for layer in _layers(data, limits) if layer.kind == kind.name]
    if kind.repeats and number > len(ends):
        raise FormatError(f"no {kind.name} layer {number}: there are {len(ends)}")
    if not ends:
        raise FormatError(f"no {kind.name} layer")
    return data[: ends[number - 1 if kind.repeats else -1]]


def after_base(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file of the base layer alone. Raises as :func:`upto` does."""
    return upto(data, kinds.BASE.cut_name, limits=limits)


def within(data: Data, count: int, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file with as many of its layers as ``count`` bytes hold.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, and BudgetError
    where not even its first layer fits.
    """
    data = file_bytes(data, limits)
    ends = [layer.end for layer in _layers(data, limits)]
    if ends[0] > count:
        raise BudgetError(f"{count} bytes do not hold the first layer: the least is {ends[0]}")
    return data[: max(end for end in ends if end <= count)]


def without(data: Data, name: str, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file without its layers of the kind ``name``, one that decoders may skip, such as ``feature``; all
    other layers are as they were. :func:`whole` first makes a file of one that breaks off.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, FormatError
    where it has no such layer or no other, and ValueError for another name.
    """
    kind = kinds.droppable_kind(name)
    header, layers = container.read(file_bytes(data, limits), limits)
    kept = [(layer.kind, layer.payload) for layer in layers if layer.kind != kind.code]
    if len(kept) == len(layers):
        raise FormatError(f"no {kind.name} layer")
    if not kept:
        raise FormatError(f"no layer but {kind.name}")
    return container.write(header, kept)


def whole(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, TruncatedError | None]:
    """What there is of a file up to the end of its last whole layer, and where it broke off; None where it
    did not.

    Raises TruncatedError where not even the first layer is whole; FormatError, UnsupportedError,
    LimitError for what is no such file.
    """
    data = file_bytes(data, limits)
    _, layers, fault = container.read_until_cut(data, limits)
    return data[: layers[-1].offset + layers[-1].size], fault


def remark(fault: TruncatedError, done: str) -> str:
    """What there is to say where :func:`whole` left something out; ``done``: what was done with the rest,
    such as decoded."""
    return f"{fault}; {done} as far as it is whole"


def _layers(data: bytes, limits: Limits) -> Sequence[LayerInfo]:
    from vcmcodec.inspection import inspect  # which decoding does without

    return inspect(data, limits=limits).layers
