"""Section 1: bytes, be16, be32 and varints, read one after the other."""

from __future__ import annotations

from decoder.failures import Failure, Invalid


class Reader:
    """Section 1: reads forward through bytes, and fails with `shortage` where there are too few."""

    def __init__(self, data: bytes, shortage: type[Failure]) -> None:
        self.data = data
        self.position = 0
        self.shortage = shortage

    def take(self, count: int, what: str) -> bytes:
        """Section 2: the next bytes, all of them or none."""
        end = self.position + count
        if end > len(self.data):
            raise self.shortage(f"{what} at byte {self.position} needs {end - len(self.data)} bytes more")
        taken = self.data[self.position : end]
        self.position = end
        return taken

    def byte(self, what: str) -> int:
        """Section 1: 0..255."""
        return self.take(1, what)[0]

    def be16(self, what: str) -> int:
        """Section 1: two bytes, most significant first."""
        return int.from_bytes(self.take(2, what), "big")

    def varint(self, what: str) -> int:
        """Section 1: 1 to 4 bytes of 7 bits, least significant first, in the shortest form."""
        value = 0
        for place in range(4):
            byte = self.byte(what)
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if byte == 0 and place > 0:
                    raise Invalid(f"{what} is not in its shortest form")
                return value
        raise Invalid(f"{what} has more than 4 bytes")

    def rest(self) -> bytes:
        """Section 3: what follows a payload's head."""
        return self.take(len(self.data) - self.position, "rest")

    def at_end(self) -> bool:
        """Section 2: whether every byte is read."""
        return self.position == len(self.data)
