"""Section 8: why a file is not decoded, and where decoding stops."""

from __future__ import annotations

MOST_FILE_BYTES = 1_048_576
MOST_LAYERS = 64
MOST_PAYLOAD_BYTES = 65_536
MOST_OPS = 4_096
MOST_SYMBOLS = 16_384
MOST_STEPS = 262_144
MOST_COLOURS = 2_048
# The table's other two limits, of the picture and of the canvas, are above all that a header can say.


class Failure(Exception):
    """Section 8: the file gives no picture."""

    cause: str


class Invalid(Failure):
    """Section 8: not a vcm file, or damaged."""

    cause = "invalid"


class Truncated(Failure):
    """Section 8: the file ends before its last layer does."""

    cause = "truncated"


class Unsupported(Failure):
    """Section 8: a newer version, or something that this version leaves open."""

    cause = "unsupported"


class AboveLimit(Failure):
    """Section 8: larger than a decoder needs to put up with."""

    cause = "limit"


def check_limit(what: str, number: int, most: int) -> None:
    """Section 8: call this before memory or time is taken for `number` of something."""
    if number > most:
        raise AboveLimit(f"{number} {what}, and {most} are the limit")
