"""Bytes and varints: the lowest layer of the format (spec/FORMAT.md, section "Notation")."""

from __future__ import annotations

from vcmcodec.errors import FormatError, TruncatedError, UnsupportedError

MAX_VARINT = (1 << 28) - 1
"""Largest value a varint may hold: four bytes of seven bits."""


def varint(value: int) -> bytes:
    """``value`` (0..MAX_VARINT) as little-endian base-128, shortest form.

    Raises ValueError outside that range.
    """
    if not 0 <= value <= MAX_VARINT:
        raise ValueError(f"varint out of range: {value}")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


class Reader:
    """Reads a byte string front to back and knows where in the file it stands.

    ``base`` is the file offset of ``data[0]`` and ``layer`` the layer's index (None: header);
    both only serve error messages. ``whole``: ``data`` is known to be all there is, so that
    bytes that are missing are a fault of who wrote them (FormatError), not of a cut.
    """

    def __init__(self, data: bytes, *, base: int = 0, layer: int | None = None, whole: bool = False) -> None:
        self.data = data
        self._whole = whole
        self.position = 0
        self._base = base
        self.layer = layer

    @property
    def offset(self) -> int:
        """Offset in the file of the next byte."""
        return self._base + self.position

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self.data) - self.position

    def error(self, reason: str, at: int | None = None) -> FormatError:
        """A FormatError that names file offset ``at``, or else this place in the file."""
        return FormatError(reason, layer=self.layer, offset=self.offset if at is None else at)

    def unsupported(self, reason: str, at: int | None = None) -> UnsupportedError:
        """The same as an UnsupportedError."""
        return UnsupportedError(reason, layer=self.layer, offset=self.offset if at is None else at)

    def take(self, count: int, what: str) -> bytes:
        """The next ``count`` bytes. Raises TruncatedError (FormatError where the data is whole)
        if there are fewer."""
        if count > self.left:
            kind, cause = (FormatError, "damaged") if self._whole else (TruncatedError, "truncated")
            raise kind(
                f"{cause}: {what} needs {count} bytes, {self.left} are left",
                layer=self.layer,
                offset=self.offset,
            )
        self.position += count
        return self.data[self.position - count : self.position]

    def byte(self, what: str) -> int:
        """The next byte. Raises as :meth:`take`."""
        return self.take(1, what)[0]

    def varint(self, what: str) -> int:
        """The next varint. Raises as :meth:`take`, and FormatError where it is not in its shortest
        form or longer than four bytes."""
        start = self.position
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte(what)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if byte == 0 and shift:
                    self.position = start
                    raise self.error(f"{what} is not in its shortest form")
                return value
        self.position = start
        raise self.error(f"{what} is out of range")

    def rest(self) -> bytes:
        """All bytes that are left."""
        return self.take(self.left, "rest")
