"""What a worker does with a group of files: models are loaded once, failures are returned and not raised."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec import __version__, truncation
from vcmcodec.cluster import places
from vcmcodec.cluster.places import Place
from vcmcodec.codec import Encoded
from vcmcodec.errors import OutputError, VcmError
from vcmcodec.io import picture_warnings
from vcmcodec.layers import kinds
from vcmcodec.limits import Limits

LARGEST = 1 << 28
"""Bytes of a picture, at most."""

FAULT = 1
"""Exit code of a fault of the program's own."""


class Task(NamedTuple):
    """A file to read and one to write: itself where none is."""

    source: Place
    target: Place


class Outcome(NamedTuple):
    """What came of a file: ``code`` 0, or the exit code of its failure, and why. ``path``: the file that it
    is about. ``notes``: warnings of it; ``made``: the file that was made of it. ``feature``: the one
    that it holds, float32 (128,), where features are read."""

    path: str
    code: int = 0
    reason: str = ""
    notes: tuple[str, ...] = ()
    made: Encoded | None = None
    feature: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Encoding:
    """Pictures to ``.vcm`` files, a face of each. ``goal``: see :func:`vcmcodec.encode`."""

    goal: dict[str, Any]
    version: str = __version__

    def __call__(self, tasks: Sequence[Task]) -> list[Outcome]:
        import vcmcodec
        from vcmcodec.encoder import opencv

        _prepare(self.version)
        opencv.use_threads(1)

        goal = {"face": "whole", **self.goal}

        def work(task: Task) -> Outcome:
            data = places.read(task.source, LARGEST)
            pixels, notes = _picture(data, whole=goal["face"] == "whole")
            (made,) = vcmcodec.encode_faces(pixels, **goal)
            places.write(task.target, made.data)
            return Outcome(str(task.source), notes=notes, made=made)

        return [_outcome(task, work) for task in tasks]


@dataclass(frozen=True)
class Decoding:
    """``.vcm`` files to pictures of the kind that targets end in. ``look``: see
    :func:`vcmcodec.render_scenes`. ``preview``: texture alone."""

    look: dict[str, Any]
    limits: Limits
    preview: bool = False
    version: str = __version__

    def __call__(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Decodes all together, so that generators run on batches."""
        import vcmcodec
        from vcmcodec.codec import previewed
        from vcmcodec.io import picture

        _prepare(self.version)
        scenes: dict[Task, Any] = {}
        notes: dict[Task, tuple[str, ...]] = {}

        def decode_layers(task: Task) -> None:
            data, cut = _whole(task, self.limits, "decoded")
            scenes[task] = vcmcodec.decode_scene(data, limits=self.limits)
            notes[task] = cut if kinds.pictured(scenes[task][1].parts) else (*cut, kinds.INVENTED)

        outcomes = {task: _outcome(task, decode_layers) for task in tasks}
        images = None if self.preview else vcmcodec.render_scenes(list(scenes.values()), **self.look)

        def save(task: Task) -> Outcome:
            image = previewed(*scenes[task]) if images is None else next(images)
            ending = os.path.splitext(task.target.path)[1].lower()
            places.write(task.target, picture.coded(image, ending))
            return Outcome(str(task.source), notes=notes[task])

        outcomes |= {task: _outcome(task, save) for task in scenes}
        return [outcomes[task] for task in tasks]


@dataclass(frozen=True)
class Reading:
    """The features of ``.vcm`` files, without decoding them. None where a file holds none."""

    limits: Limits
    version: str = __version__

    def __call__(self, tasks: Sequence[Task]) -> list[Outcome]:
        import vcmcodec

        _prepare(self.version)

        def read(task: Task) -> Outcome:
            data, cut = _whole(task, self.limits, "read")
            return Outcome(str(task.source), notes=cut, feature=vcmcodec.stored(data, limits=self.limits))

        return [_outcome(task, read) for task in tasks]


_LOADING = threading.Lock()
"""Held while a picture is loaded, since catching warnings affects all threads of a worker."""


def _picture(data: bytes, whole: bool) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """A picture as :func:`vcmcodec.io.picture.load` has it, to be coded ``whole`` or cropped, and what there
    is to warn of."""
    from vcmcodec.encoder import photograph
    from vcmcodec.io import picture

    with _LOADING, picture_warnings.caught() as notes:
        pixels = picture.load(io.BytesIO(data), crops=not whole)
        if whole:
            photograph.warn_of_small_face(pixels)
    return pixels, tuple(notes)


def _whole(task: Task, limits: Limits, done: str) -> tuple[bytes, tuple[str, ...]]:
    """A ``.vcm`` file as far as it is whole, and what there is to warn of where it breaks off."""
    data, cut = truncation.whole(places.read(task.source, limits.file), limits=limits)
    return data, () if cut is None else (truncation.remark(cut, done),)


def _prepare(version: str) -> None:
    """Raises VcmError in a worker of another version, whose files might not be the same."""
    if version != __version__:
        raise VcmError(f"the worker has vcmcodec {__version__}, and {version} is asked for")


def _outcome(task: Task, work: Callable[[Task], Outcome | None]) -> Outcome:
    """What ``work`` returns of a task; where that is None, that its target is done; or how it failed."""
    try:
        return work(task) or Outcome(str(task.target))
    except VcmError as error:
        return _failed(task, error)
    except Exception as error:  # one picture's fault is not the others'
        return Outcome(str(task.source), FAULT, f"internal error: {type(error).__name__}: {error}")


def _failed(task: Task, error: VcmError) -> Outcome:
    path = task.target if isinstance(error, OutputError) else task.source
    return Outcome(str(path), error.exit_code, str(error))
