"""What generators see of a scene, by number of their input contract (spec/FORMAT.md, section "Generator").

All of it follows from the scene's integers, so two decoders show their networks the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vcmcodec.render import inputs
from vcmcodec.scene import COLOURS, TEXTURE, Scene

UNIT = 32
"""The network's input sides are multiples of this; a canvas is padded to the right and below."""

LATTICE = 32
"""Networks without T among their inputs see it as reference pixels, with this many along the canvas's longest
side."""

Planes = NDArray[np.float32]


@dataclass(frozen=True)
class Contract:
    """``planes`` makes the input ``x`` of a scene, float32 (channels, H', W'), canvas sides rounded up to
    multiples of UNIT, 0 in the padding; ``known``, where there is one, the input of that name, float32
    (n,)."""

    planes: Callable[[Scene], Planes]
    known: Callable[[Scene], NDArray[np.float32]] | None = None

    def inputs(self, scenes: Sequence[Scene], realism: float) -> Mapping[str, NDArray[np.float32]]:
        """The network's inputs by name, for scenes of one canvas: ``x`` (B, channels, H', W'), ``realism``
        (B, 1), and ``known`` (B, n) where the contract has one."""
        found = {
            "x": np.stack([self.planes(scene) for scene in scenes]),
            "realism": np.full((len(scenes), 1), realism, dtype=np.float32),
        }
        if self.known is not None:
            found["known"] = np.stack([self.known(scene) for scene in scenes])
        return found


def strokes_and_colours(scene: Scene) -> Planes:
    """``x`` of contract 2, five planes: E and M (0 or 1), then C as RGB, ``v / 127.5 - 1`` where M is 1 and 0
    elsewhere. A texture's colours stand on a lattice where there is no reference pixel."""
    mask, colour = scene.planes
    if scene.shown is not None:
        mask, colour = _on_lattice(scene.shown, mask, colour)
    return _padded(scene, mask, colour, inputs.DRAWN.stop)


def _on_lattice(
    shown: NDArray[np.uint8], mask: NDArray[np.uint8], colour: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """M and C with the texture's colours, uint8 (H, W, 3) RGB, where the lattice has no reference pixel."""
    pitch = max(1, max(shown.shape[:2]) // LATTICE)
    first = pitch // 2
    places = np.zeros_like(mask)
    places[first::pitch, first::pitch] = 1
    new = (places & (1 - mask)).astype(bool)
    colour = colour.copy()
    colour[new] = shown[new]
    return mask | places, colour


def with_texture(scene: Scene) -> Planes:
    """``x`` of contract 3, eight planes: E, M and C of contract 2 without any lattice, then T as RGB,
    ``v / 127.5 - 1``, 0 where there is no texture."""
    x = _padded(scene, *scene.planes, inputs.PLANES)
    if scene.shown is not None:
        x[inputs.T, : scene.height, : scene.width] = _scaled(scene.shown)
    return x


def facts(scene: Scene) -> NDArray[np.float32]:
    """``known`` of contract 3: see :func:`facts_of`."""
    colours = scene.part(COLOURS) is not None and len(scene.known) > 0
    return facts_of(scene.drawing is not None, colours, scene.part(TEXTURE))


def facts_of(strokes: bool, colours: bool, texture: Any) -> NDArray[np.float32]:
    """float32 (4,): 1 where there are strokes, colours, and a texture, the scene's part or None, else 0; and
    the binary logarithm, to a quarter, of the quantiser step that the texture's first coefficient is known
    to, 0 without texture."""
    from vcmcodec.layers.texture import steps

    known = np.zeros(inputs.FACTS, dtype=np.float32)
    known[inputs.STROKES], known[inputs.COLOURS], known[inputs.TEXTURE] = (
        strokes,
        colours,
        texture is not None,
    )
    if texture is not None:
        shifts = next((part.shifts for part in texture.parts if part.shifts), (0,))
        known[inputs.STEP] = (steps.quarter_octaves(texture.step) + 4 * shifts[0]) / 4
    return known


def _padded(scene: Scene, mask: NDArray[np.uint8], colour: NDArray[np.uint8], count: int) -> Planes:
    """E, M and C in the first of ``count`` planes, and zeros in the others."""
    height, width = scene.height, scene.width
    x = np.zeros((count, -height % UNIT + height, -width % UNIT + width), dtype=np.float32)
    x[inputs.E, :height, :width] = scene.E
    x[inputs.M, :height, :width] = mask
    x[inputs.C, :height, :width] = _scaled(colour) * mask
    return x


def _scaled(rgb: NDArray[np.uint8]) -> Planes:
    return np.asarray((rgb / np.float32(inputs.HALF) - 1).transpose(2, 0, 1), dtype=np.float32)


CONTRACTS = {2: Contract(strokes_and_colours), 3: Contract(with_texture, facts)}
"""Those that this release knows, by number."""
