"""The generator: E, M, C and T to a picture, by onnxruntime (Hu et al. 2020, section 3.3; spec/FORMAT.md,
section "Generator"). What its network sees of a scene is said by its input contract
(:mod:`vcmcodec.render.contracts`).

A file names its generator by id. Other weights make another face, so a missing or altered
model file is an error and never replaced by another.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vcmcodec.errors import ModelError
from vcmcodec.models import session, store
from vcmcodec.render import contracts
from vcmcodec.render.contracts import CONTRACTS, Contract
from vcmcodec.scene import Scene

REALISM = 1.0
"""The default condition of the network: 0 for the picture nearest to the original, 1 for the most natural
one."""

BATCH, BATCH_CUDA = 16, 64
"""Most pictures of 256 x 256 pixels in one run of the network, on the CPU and on CUDA; fewer of larger."""


planes = contracts.strokes_and_colours
"""Input ``x`` of contract 2."""


class Generator:
    """One network, loaded once and used for many pictures. ``provider`` names what runs it:
    ``CUDAExecutionProvider`` or ``CPUExecutionProvider``; ``contract`` is what its network sees."""

    def __init__(self, path: str, device: str, contract: Contract) -> None:
        self.contract = contract
        self._session = session.load(path, device)
        self.provider = self._session.provider
        self.batch = BATCH_CUDA if self._session.cuda else BATCH

    def run(self, scenes: Sequence[Scene], realism: float = REALISM) -> list[NDArray[np.uint8]]:
        """The picture of each scene, uint8 (H, W, 3) RGB, H and W the scene's canvas. Scenes of
        one size are run in batches of at most ``batch``. ``realism``: 0..1.

        Raises ModelError where the runtime fails (memory, say).
        """
        by_size: dict[tuple[int, int], list[int]] = {}
        for index, scene in enumerate(scenes):
            by_size.setdefault((scene.height, scene.width), []).append(index)
        pictures: dict[int, NDArray[np.uint8]] = {}
        for (height, width), members in by_size.items():
            # As many pixels at a time as a batch of canvases of 256 x 256 has.
            count = max(1, self.batch * 256 * 256 // (height * width))
            for start in range(0, len(members), count):
                batch = members[start : start + count]
                y = self.run_on(self.contract.inputs([scenes[index] for index in batch], realism))
                levels = np.clip(np.rint((y + 1) * 127.5), 0, 255).astype(np.uint8).transpose(0, 2, 3, 1)
                for index, picture in zip(batch, levels[:, :height, :width]):
                    pictures[index] = np.ascontiguousarray(picture)
        return [pictures[index] for index in range(len(scenes))]

    def network(self, x: NDArray[np.float32], realism: float = REALISM) -> NDArray[np.float32]:
        """What a network of contract 2 makes of inputs (B, 5, H', W') (see :func:`planes`): float32
        (B, 3, H', W'), RGB in -1..1.

        Raises ModelError where the runtime fails.
        """
        return self.run_on({"x": x, "realism": np.full((len(x), 1), realism, dtype=np.float32)})

    def run_on(self, inputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
        """What the network makes of its contract's inputs: float32 (B, 3, H', W'), RGB in -1..1.

        Raises ModelError where the runtime fails.
        """
        result: NDArray[np.float32] = self._session.run(inputs, ["y"])[0]
        return result


@functools.cache
def _load(path: str, device: str, number: int) -> Generator:
    return Generator(path, device, CONTRACTS[number])


def load(model: int, device: str = "auto") -> Generator:
    """The generator with id ``model``, loaded once per process and device.

    ``device``: ``cuda``, ``cpu``, or ``auto`` for CUDA where it runs and the CPU elsewhere.

    Raises ModelError for an unknown id or input contract, a missing or altered model
    file, or where CUDA is asked for and does not run; ValueError for another ``device``.
    """
    if device not in session.DEVICES:
        raise ValueError(f"device {device!r} is none of {', '.join(session.DEVICES)}")
    name = named(model)
    return _load(str(store.model_path(name)), device, store.catalogue()[name]["contract"])


def named(model: int) -> str:
    """The model file of the generator with id ``model``, by its name.

    Raises ModelError for an unknown id or input contract.
    """
    for name, entry in store.catalogue().items():
        if entry.get("generator") == model:
            if entry.get("contract") not in CONTRACTS:
                known = " or ".join(str(number) for number in CONTRACTS)
                raise ModelError(f"generator {model} has input contract {entry.get('contract')}, not {known}")
            return name
    raise ModelError(f"the file names generator {model}, which this release does not have")
