"""Causes of failure, each with the exit code of its kind (spec/FORMAT.md, section "Errors").

Library code raises these; only :mod:`vcmcodec.cli` turns them into a line on stderr
and an exit code. A message is one line and names the layer and the byte offset where
there is one; the command line puts the file's name in front.
"""

from __future__ import annotations


class VcmError(Exception):
    """Base of every error this package raises on purpose. ``exit_code`` is the process's."""

    exit_code = 1


class PictureError(VcmError):
    """The input of ``encode`` is not a picture that can be read."""

    exit_code = 3


class FormatError(VcmError):
    """The bytes are not a valid ``.vcm`` file: wrong magic, truncated or damaged.

    ``layer`` is the layer's index in the file (None: the header), ``offset`` the byte
    offset in the file where the fault was found.
    """

    exit_code = 4

    def __init__(self, reason: str, *, layer: int | None = None, offset: int | None = None) -> None:
        where = [] if layer is None else [f"layer {layer}"]
        if offset is not None:
            where.append(f"byte {offset}")
        super().__init__(f"{reason} ({', '.join(where)})" if where else reason)
        self.reason = reason
        self.layer = layer
        self.offset = offset


class TruncatedError(FormatError):
    """The file ends inside its header or inside a layer."""


class SvgError(FormatError):
    """The text is not an SVG drawing that can be read: damaged, or it holds what is refused.

    ``line`` is the line of the document where the fault was found, from 1; None: all of it.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"{reason} (line {line})")
        self.line = line


class UnsupportedError(FormatError):
    """A valid file of a newer version, or with a critical layer this decoder does not know."""

    exit_code = 5


class LimitError(FormatError):
    """A declared size is above the caller's :class:`vcmcodec.limits.Limits`."""

    exit_code = 6


class ModelError(VcmError):
    """A model file is missing, altered, or not the one the file names; or no runtime runs it."""

    exit_code = 7


class OutputError(VcmError):
    """The output cannot be written."""

    exit_code = 8


class ExistsError(OutputError):
    """The output is there already, and was not to be replaced."""

    exit_code = 10


class BudgetError(VcmError):
    """A picture cannot be coded in so few bytes."""

    exit_code = 9


class PictureWarning(UserWarning):
    """The input of ``encode`` is read in part: it breaks off, or holds more than one picture."""
