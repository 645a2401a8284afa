"""A run: every face through every codec at every point, judged by every judge, over several processes."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from vcmcodec import VcmError, picture
from vcmcodec.bench import codecs, judges
from vcmcodec.bench.judges import networks
from vcmcodec.bench.store import Key, Store, coding_key, face_key
from vcmcodec.errors import ModelError

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


class Part(NamedTuple):
    """A codec or judge of a run: how to make it, what it is called, which version it is."""

    spec: str
    name: str
    version: str
    points: tuple[str, ...] = ()


@dataclass
class Plan:
    """What is to be done. ``gaps``: a line for each codec or judge that is missing; ``skipped``: for
    each picture that could not be read."""

    faces: list[Face] = field(default_factory=list)
    codecs: list[Part] = field(default_factory=list)
    judges: list[Part] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def codings(self) -> list[tuple[Part, str]]:
        """Every codec with every point."""
        return [(codec, point) for codec in self.codecs for point in codec.points]

    def key(self, face: Face, codec: Part, point: str) -> Key:
        """The store's key of a face in a coding."""
        return Key(face.key, coding_key(codec.name, codec.version, point))


def plan(
    folders: Sequence[Path], paths: Sequence[Path], codec_names: Sequence[str], judge_names: Sequence[str]
) -> Plan:
    """Read all pictures, and make every codec and judge once to learn whether it is there.

    ``original`` is always among the codecs: sets of pictures are compared with it. Raises
    codecs.UnknownCodec for a codec of no known name or form.
    """
    made = Plan()
    for path in paths:
        name = _name(path, folders)
        try:
            image = picture.load(path)
        except VcmError as error:
            made.skipped.append(f"{name}: {error}")
            continue
        made.faces.append(Face(path, name, face_key(image), image.shape[1], image.shape[0]))
    for spec in dict.fromkeys((codecs.ORIGINAL, *codec_names)):
        try:
            codec = codecs.make(spec)
            made.codecs.append(Part(spec, codec.name, codec.version, tuple(codec.points)))
        except ModelError as error:
            made.gaps.append(f"codec {spec}: {error}")
    for name in judge_names:
        try:
            made.judges.append(Part(name, name, f"{name}: {judges.make(name).version}"))
        except ModelError as error:
            made.gaps.append(f"judge {name}: {error}")
    return made


def _name(path: Path, folders: Sequence[Path]) -> str:
    """A picture's path below its folder; with several folders, the folder's name in front."""
    for folder in folders:
        if path.is_relative_to(folder):
            below = path.relative_to(folder)
            return (Path(folder.resolve().name) / below if len(folders) > 1 else below).as_posix()
    return path.as_posix()


class _Worker:
    """What a process keeps between faces."""

    def __init__(
        self, folder: Path, codec_parts: Sequence[Part], judge_parts: Sequence[Part], stop: Any
    ) -> None:
        self.stop = stop
        with suppress(ModelError):  # without torch its judges are gaps, and that is all
            networks.torch().set_num_threads(1)
        self.store = Store(folder / SCORES)
        self.codecs = {part: codecs.make(part.spec) for part in codec_parts}
        self.judges = {part.version: judges.make(part.spec) for part in judge_parts}

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
        for part, point in plan.codings():
            if self.stop.is_set():
                break
            key = plan.key(face, part, point)
            missing = set(self.judges) - self.store.judged(key)
            if not missing and self.store.coded(key) is not None:
                continue
            codec = self.codecs[part]
            try:
                data = codec.encode(image, point)
                decoded = codec.decode(data, face.width, face.height)
                if decoded.shape != image.shape:
                    height, width = decoded.shape[:2]
                    raise codecs.CodecError(
                        f"decoded {width} x {height} pixels, not {face.width} x {face.height}"
                    )
            except codecs.CodecError as error:
                failures.append(f"{face.name}: {part.name} {point}: {error}")
                continue
            verdicts = {}
            for version in self.judges:
                if version in missing:
                    judge = self.judges[version]
                    if version not in references:
                        references[version] = judge.reference(image)
                    verdicts[version] = judge.judge(references[version], decoded)
            self.store.add(key, len(data), verdicts)
        return failures


_worker: _Worker | None = None


def _start(folder: Path, codec_parts: Sequence[Part], judge_parts: Sequence[Part], stop: Any) -> None:
    global _worker
    # An interrupt goes to all processes of a terminal: the first one tells the others to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = _Worker(folder, codec_parts, judge_parts, stop)


def _work(plan: Plan, face: Face) -> list[str]:
    assert _worker is not None
    return _worker.face(plan, face)


class Broken(VcmError):
    """A process of the run died."""


def run(plan: Plan, folder: Path, jobs: int, progress: Callable[[int], None]) -> list[str]:
    """Do what of a plan has not been done, in ``jobs`` processes; keep it in ``folder``'s store.
    ``progress`` is told now and then how many codings the store has. Returns a line for each failure.

    Raises Broken where a process dies, OutputError where the store cannot be written; what was scored
    until then is kept.
    """
    store = Store(folder / SCORES)
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    arguments = (folder, plan.codecs, plan.judges, stop)
    failures: list[str] = []
    with ProcessPoolExecutor(jobs, context, _start, arguments) as pool:
        waiting: set[Future[list[str]]] = {pool.submit(_work, plan, face) for face in plan.faces}
        try:
            while waiting:
                done = {future for future in waiting if future.done()}
                for future in as_completed(done):
                    failures += future.result()
                waiting -= done
                progress(store.count())
                time.sleep(0.5 if waiting else 0)
        except BrokenProcessPool:
            raise Broken(
                "a process of the bench died; what is scored is kept: run it again to go on"
            ) from None
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
            store.close()
    return sorted(failures)
