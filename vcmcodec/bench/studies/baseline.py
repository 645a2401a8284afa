"""The closed-form baseline that bars of the texture refer to, measured before there were texture layers.

A KLT (PCA) of 64 x 64 luma and 32 x 32 chroma over the training faces, coefficients quantised with one step,
bits of a static Laplace distribution: *unframed*, one such transform of the canvas; *two parts*, 220 of its
coefficients, then 700 of a KLT of the residual in the frame of the face (56 x 56 luma, 20 x 20 chroma). No
network, and bytes are estimates from the distributions, not files.
"""

from __future__ import annotations

from typing import NamedTuple


class Coded(NamedTuple):
    """Means over faces: bytes, PSNR in dB, NME as a share of the eyes' distance, distance of identity; None
    where it was not measured."""

    bytes: float
    psnr: float
    nme: float | None = None
    identity: float | None = None


UNFRAMED = {
    "studio": (
        Coded(34, 22.97),
        Coded(55, 24.02),
        Coded(82, 24.96),
        Coded(119, 25.83, 0.0242, 0.602),
        Coded(170, 26.73),
        Coded(239, 27.62, 0.0167, 0.491),
        Coded(319, 28.37, 0.0145, 0.443),
    ),
    "wild": (
        Coded(43, 20.72),
        Coded(70, 21.81),
        Coded(106, 22.76),
        Coded(154, 23.65),
        Coded(220, 24.53),
        Coded(304, 25.34),
        Coded(394, 25.92),
    ),
}
"""One transform of the canvas, 1,500 coefficients."""

UNFRAMED_EVERY = {"studio": 1, "wild": 2}
"""The table is of every Nth face of each folder, in order of names."""

TWO_PARTS = {
    "studio": (
        Coded(68, 24.7, 0.0229, 0.620),
        Coded(110, 25.4, 0.0189, 0.551),
        Coded(169, 25.8, 0.0156, 0.489),
        Coded(209, 26.0, 0.0148, 0.459),
    ),
    "wild": (
        Coded(91, 22.3, 0.0292, 0.611),
        Coded(143, 22.9, 0.0256, 0.544),
        Coded(213, 23.2, 0.0225, 0.478),
        Coded(258, 23.3, 0.0201, 0.465),
    ),
}
"""A part for the canvas and one for the face in its frame, whose 4 bytes are counted."""

TWO_PARTS_EVERY = 5
