"""What rate control asks of the encoder of a kind of layer.

A proposer is made for one picture, which it sees; rate control asks it for layers again and again, so it
keeps what does not depend on the question.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from vcmcodec.scene import Scene

Layers = list[tuple[int, bytes]]
"""Kinds and payloads, in the order of the file."""


class Proposal(NamedTuple):
    """``layers`` to add to a file, none or more; the ``scene`` that a decoder will know with them; and their
    ``gain``, by which one proposer's proposals for one picture are compared: 0 where there are no layers, and
    more is better."""

    scene: Scene
    layers: Layers
    gain: float = 0


class Proposer(Protocol):
    """Proposes enhancement layers of one kind."""

    def share(self, bpp: float) -> float:
        """Which share of a file of ``bpp`` bits per canvas pixel goes to them, 0..1. The last proposer takes
        what the others leave, whatever its share."""
        ...

    def propose(self, scene: Scene, limit: int, quality: float) -> Proposal:
        """The best layers to follow those of ``scene``, in at most ``limit`` bytes, framing included (see
        :func:`vcmcodec.format.container.framed`); none where nothing fits. ``quality``, 0 to 100: that of
        the base layer, for quantisers to go with it.

        Raises ModelError where a model file is missing or altered.
        """
        ...


class BaseProposer(Protocol):
    """Proposes the base layer, without which there is no file: its quality, 0 to 100, is searched for."""

    def share(self, bpp: float) -> float:
        """Which share of a file of ``bpp`` bits per canvas pixel goes to it and to the header, where other
        layers follow."""
        ...

    def quality(self, limit: float, header: int) -> float:
        """About the highest quality at which ``header`` bytes and the layer take at most ``limit`` bytes
        together; 0 where none does."""
        ...

    def propose(self, quality: float) -> Proposal:
        """The base layer at this quality.

        Raises ModelError where a model file is missing or altered.
        """
        ...
