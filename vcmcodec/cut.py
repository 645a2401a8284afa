"""Smaller files without decoding: layers dropped from the end, and what is whole of a download that broke off
(spec/FORMAT.md, section "Layers": a file cut after any layer is valid).
"""

from __future__ import annotations

from vcmcodec import container
from vcmcodec.errors import BudgetError, FormatError, TruncatedError
from vcmcodec.info import inspect
from vcmcodec.limits import DEFAULT_LIMITS, Limits


def after_edges(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file of the base layer alone: all up to its last edge layer.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, and FormatError
    where it has no edge layer.
    """
    ends = _ends(data, "edges", limits)
    if not ends:
        raise FormatError("no edges layer")
    return data[: ends[-1]]


def after_colours(data: bytes, number: int, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file up to its colour layer ``number``, counted from 1.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, FormatError
    where it has fewer colour layers, and ValueError for a ``number`` below 1.
    """
    if number < 1:
        raise ValueError(f"colour layer {number} is below 1")
    ends = _ends(data, "colours", limits)
    if number > len(ends):
        raise FormatError(f"no colours layer {number}: there are {len(ends)}")
    return data[: ends[number - 1]]


def _ends(data: bytes, kind: str, limits: Limits) -> list[int]:
    """Where the layers of a kind end."""
    return [layer.end for layer in inspect(data, limits=limits).layers if layer.kind == kind]


def within(data: bytes, count: int, *, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The file with as many of its layers as ``count`` bytes hold.

    Raises FormatError, TruncatedError, UnsupportedError, LimitError for what is no such file, and BudgetError
    where not even its first layer fits.
    """
    ends = [layer.end for layer in inspect(data, limits=limits).layers]
    if ends[0] > count:
        raise BudgetError(f"{count} bytes do not hold the first layer: the least is {ends[0]}")
    return data[: max(end for end in ends if end <= count)]


def whole(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, TruncatedError | None]:
    """What there is of a file up to the end of its last whole layer, and where it broke off; None where it
    did not.

    Raises TruncatedError where not even the first layer is whole; FormatError, UnsupportedError,
    LimitError for what is no such file.
    """
    _, layers, fault = container.read_until_cut(data, limits)
    return data[: layers[-1].offset + layers[-1].size], fault
