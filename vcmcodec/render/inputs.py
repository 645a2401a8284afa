"""The layout of a network's inputs (spec/FORMAT.md, section "Generator"), described once: decoders fill them
in numpy, training reads them in torch, too."""

from __future__ import annotations

E, M, C, T = slice(0, 1), slice(1, 2), slice(2, 5), slice(5, 8)
"""Planes of ``x``: strokes, places of known colours, these colours, and the texture."""

DRAWN = slice(0, 5)
"""E, M and C, which are all that contract 2 has."""

PLANES = 8

STROKES, COLOURS, TEXTURE, STEP = range(4)
"""Indices into ``known``. The first three values are 1 if there are strokes, colours and texture, else 0; the
last is the binary logarithm of the texture's quantiser step."""

FACTS = 4

HALF = 127.5
"""A level v of R, G or B, 0..255, is ``v / HALF - 1``."""
