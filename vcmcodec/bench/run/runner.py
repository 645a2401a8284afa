"""A run: every face through every codec at every point, judged by every judge, over several processes."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec import VcmError, metrics, workers
from vcmcodec.bench import codecs
from vcmcodec.bench.run.score_store import Key, Store, coding_key, face_key
from vcmcodec.errors import ModelError
from vcmcodec.io import picture, source
from vcmcodec.metrics import networks

SCORES = "scores.sqlite"
"""The store's name in the folder of a report."""


class Face(NamedTuple):
    """A picture: where it lies, its name in the report, its key in the store, its size."""

    path: Path
    name: str
    key: str
    width: int
    height: int

    @property
    def pixels(self) -> int:
        return self.width * self.height


class Component(NamedTuple):
    """A codec or judge of a run: ``spec``, by which it is made; its name and version; and a codec's operating
    points."""

    spec: str
    name: str
    version: str
    points: tuple[str, ...] = ()


@dataclass
class Plan:
    """What is to be done. ``gaps``: a line for each codec or judge that is missing; ``skipped``: a line for
    each picture that could not be read."""

    faces: list[Face] = field(default_factory=list)
    codecs: list[Component] = field(default_factory=list)
    judges: list[Component] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def codings(self) -> list[tuple[Component, str]]:
        """Every codec with every point."""
        return [(codec, point) for codec in self.codecs for point in codec.points]

    def key(self, face: Face, codec: Component, point: str) -> Key:
        """The store's key of a face in a coding."""
        return Key(face.key, coding_key(codec.name, codec.version, point))


def plan(
    folders: Sequence[Path], paths: Sequence[Path], codec_names: Sequence[str], judge_names: Sequence[str]
) -> Plan:
    """Read all pictures, and make every codec and judge once to learn whether it is there.

    ``original`` is always among the codecs: sets of pictures are compared with it. Raises
    codecs.UnknownCodec for a codec of no known name or form, and for one whose name is taken.
    """
    made = Plan()
    for path, name in named(paths, folders):
        try:
            image = picture.load(path)
        except VcmError as error:
            made.skipped.append(f"{name}: {error}")
            continue
        made.faces.append(Face(path, name, face_key(image), image.shape[1], image.shape[0]))
    for spec in dict.fromkeys((codecs.ORIGINAL, *codec_names)):
        try:
            codec = codecs.make(spec)
        except ModelError as error:
            made.gaps.append(f"codec {spec}: {error}")
            continue
        taken = {(other.name, point) for other in made.codecs for point in other.points}
        for point in codec.points:
            if (codec.name, point) in taken or (codec.name in codecs.NAMES and spec not in codecs.NAMES):
                raise codecs.UnknownCodec(
                    f"codec {codec.name} at point {point}: this name is taken, choose another"
                )
        made.codecs.append(Component(spec, codec.name, codec.version, tuple(codec.points)))
    for name in judge_names:
        try:
            version = f"{name}: {metrics.make(name).version}, {_judges_fingerprint()}"
            made.judges.append(Component(name, name, version))
        except ModelError as error:
            made.gaps.append(f"judge {name}: {error}")
    return made


def named(paths: Sequence[Path], folders: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each picture once, with its path below its folder. With several folders, prefixed with the folder's
    name; if two folders share a name, with the folder as it was given."""
    names = [folder.resolve().name for folder in folders]
    found: dict[Path, tuple[Path, str]] = {}
    for path in paths:
        folder = next(folder for folder in folders if path.is_relative_to(folder))
        below = path.relative_to(folder)
        if len(folders) > 1:
            alone = names.count(folder.resolve().name) == 1
            below = (Path(folder.resolve().name) if alone else folder) / below
        found.setdefault(path.resolve(), (path, below.as_posix()))
    return list(found.values())


@functools.cache
def _judges_fingerprint() -> str:
    """First digits of a sha256 over the judges' own code: where that changes they may score otherwise."""
    digest = hashlib.sha256()
    for path in sorted(Path(metrics.__file__).parent.glob("*.py")):
        digest.update(source.meaning(path))
    return digest.hexdigest()[:8]


class _Worker:
    """What a process keeps between faces."""

    def __init__(
        self, folder: Path, codec_components: Sequence[Component], judge_components: Sequence[Component]
    ) -> None:
        with suppress(ModelError):  # without torch its judges are gaps, and that is all
            networks.torch().set_num_threads(1)
        self.store = Store(folder / SCORES)
        self.codecs = {one: codecs.make(one.spec) for one in codec_components}
        self.judges = {one.version: (one.name, metrics.make(one.spec)) for one in judge_components}

    def face(self, plan: Plan, face: Face) -> list[str]:
        """Code and judge a face as far as that has not been done; a line for each failure."""
        try:
            image = picture.load(face.path)
        except VcmError as error:  # it was there when the run began
            return [f"{face.name}: {error}"]
        if face_key(image) != face.key:
            return [f"{face.name}: changed during the run"]
        references: dict[str, Any] = {}
        failures = []
        for codec, point in plan.codings():
            if workers.stopping():
                break
            key = plan.key(face, codec, point)
            judged = self.store.judged(key)
            missing = [version for version in self.judges if version not in judged]
            if not missing and self.store.coded(key) is not None:
                continue
            try:
                data, decoded = self._coded(codec, point, image)
            except Exception as error:  # codecs and their libraries raise what they like
                failures.append(f"{face.name}: {codec.name} {point}: {_said(error)}")
                continue
            verdicts = {}
            for version in missing:
                name, judge = self.judges[version]
                try:
                    if version not in references:
                        references[version] = judge.reference(image)
                    verdicts[version] = judge.judge(references[version], decoded)
                except Exception as error:  # as above: the other judges are asked all the same
                    failures.append(f"{face.name}: {codec.name} {point}: judge {name}: {_said(error)}")
            self.store.add(key, len(data), verdicts)
        return failures

    def _coded(
        self, codec: Component, point: str, image: NDArray[np.uint8]
    ) -> tuple[bytes, NDArray[np.uint8]]:
        """A picture's file and what is decoded of it."""
        height, width = image.shape[:2]
        data = self.codecs[codec].encode(image, point)
        if not data:
            raise codecs.CodecError("the encoder returned an empty file")
        decoded = self.codecs[codec].decode(data, width, height)
        if decoded.shape != image.shape:
            raise codecs.CodecError(
                f"decoded {decoded.shape[1]} x {decoded.shape[0]} pixels, not {width} x {height}"
            )
        return data, decoded


def _said(error: Exception) -> str:
    """An exception as one line."""
    text = " ".join(str(error).split())
    return text if isinstance(error, (codecs.CodecError, VcmError)) else f"{type(error).__name__}: {text}"


_worker: _Worker | None = None


def _start(
    folder: Path, codec_components: Sequence[Component], judge_components: Sequence[Component]
) -> None:
    global _worker
    _worker = _Worker(folder, codec_components, judge_components)


def _work(face: Face, plan: Plan) -> list[str]:
    assert _worker is not None
    return _worker.face(plan, face)


_MOST_KILLED = 3
"""A run stops once this many worker processes in a row are killed: the cause is then not one face."""


def run(plan: Plan, folder: Path, jobs: int, progress: Callable[[int], None]) -> list[str]:
    """Do what of a plan has not been done, in ``jobs`` processes; keep it in ``folder``'s store. ``progress``
    is called with how many faces are done. Returns one line per failure; a killed worker process counts as
    one.

    Raises OutputError where the store cannot be used; what was scored until then is kept.
    """
    Store(folder / SCORES).close()
    failures: list[str] = []
    killed = 0
    work = functools.partial(_work, plan=plan)
    results = workers.each(work, plan.faces, jobs, _start, folder, plan.codecs, plan.judges)
    with closing(results):
        for number, (face, lines) in enumerate(results, start=1):
            progress(number)
            if not isinstance(lines, workers.Killed):
                killed = 0
                failures += lines
                continue
            killed += 1
            failures.append(f"{face.name}: its process was killed")
            if killed == _MOST_KILLED:
                failures.append(f"{killed} processes in a row were killed; run the bench again to go on")
                break
    return sorted(failures)
