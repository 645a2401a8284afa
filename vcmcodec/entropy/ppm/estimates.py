"""What is expected before anything is counted: probabilities of binary contexts, and escapes."""

from __future__ import annotations

import bisect

_ESCAPES_AT_FIRST = (0x3CDD, 0x1F3F, 0x59BF, 0x48F3, 0x64A1, 0x5ABC, 0x6632, 0x6051)
ESCAPE_FREQUENCIES = bytes((25, 14, 9, 7, 5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 2))
"""What the escape is worth in a context that was binary, by how probable its one symbol was."""

CHANCE_BITS = 14
CERTAIN = 1 << CHANCE_BITS
PERIOD_BITS = 7

_CLASSES = [*range(5), *(4 + width for width in range(1, 24) for _ in range(width))][:260]
"""Numbers up to 259 in classes: 0 to 4 alone, then one number, two, three, and so on."""

BINARY_ROWS = [0] + [64 * _CLASSES[frequency - 1] for frequency in range(1, 256)]
"""Index of the first binary probability, by the frequency of the context's one symbol."""

BINARY_COLUMNS = bytes([0, 2] + [4] * 9 + [6] * 245)
"""What is added to the row's index, by the number of states of the suffix less one."""

ESCAPE_ROWS = [32 * (_CLASSES[more + 2] - 3) if more else 0 for more in range(255)]
"""Index of the first SEE (secondary escape estimation) cell, by the number of states less one."""

BINARY_AT_FIRST = [
    CERTAIN - escape // (bisect.bisect_right(_CLASSES, row) + 1)
    for row in range(25)
    for _ in range(8)
    for escape in _ESCAPES_AT_FIRST
]
ESCAPE_SHIFT = PERIOD_BITS - 4
ESCAPE_SUMS = [
    (2 * bisect.bisect_right(_CLASSES, row + 3) - 1) << ESCAPE_SHIFT for row in range(24) for _ in range(32)
]
