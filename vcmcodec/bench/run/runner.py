"""A run: every face through every codec at every point, judged by every judge, over several processes."""

from __future__ import annotations

import functools
import hashlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vcmcodec import VcmError, metrics
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
        taken = {(part.name, point) for part in made.codecs for point in part.points}
        for point in codec.points:
            if (codec.name, point) in taken or (codec.name in codecs.NAMES and spec not in codecs.NAMES):
                raise codecs.UnknownCodec(f"there is another codec {codec.name} {point}: name it otherwise")
        made.codecs.append(Part(spec, codec.name, codec.version, tuple(codec.points)))
    for name in judge_names:
        try:
            version = f"{name}: {metrics.make(name).version}, {_judges_fingerprint()}"
            made.judges.append(Part(name, name, version))
        except ModelError as error:
            made.gaps.append(f"judge {name}: {error}")
    return made


def named(paths: Sequence[Path], folders: Sequence[Path]) -> list[tuple[Path, str]]:
    """Each picture once, with its path below its folder; with several folders, the folder's name in
    front, or all of its path where two have one name."""
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
        self, folder: Path, codec_parts: Sequence[Part], judge_parts: Sequence[Part], stop: Any
    ) -> None:
        self.stop = stop
        with suppress(ModelError):  # without torch its judges are gaps, and that is all
            networks.torch().set_num_threads(1)
        self.store = Store(folder / SCORES)
        self.codecs = {part: codecs.make(part.spec) for part in codec_parts}
        self.judges = {part.version: (part.name, metrics.make(part.spec)) for part in judge_parts}

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
            judged = self.store.judged(key)
            missing = [version for version in self.judges if version not in judged]
            if not missing and self.store.coded(key) is not None:
                continue
            try:
                data, decoded = self._coded(part, point, image)
            except Exception as error:  # codecs and their libraries raise what they like
                failures.append(f"{face.name}: {part.name} {point}: {_said(error)}")
                continue
            verdicts = {}
            for version in missing:
                name, judge = self.judges[version]
                try:
                    if version not in references:
                        references[version] = judge.reference(image)
                    verdicts[version] = judge.judge(references[version], decoded)
                except Exception as error:  # as above: the other judges are asked all the same
                    failures.append(f"{face.name}: {part.name} {point}: judge {name}: {_said(error)}")
            self.store.add(key, len(data), verdicts)
        return failures

    def _coded(self, part: Part, point: str, image: NDArray[np.uint8]) -> tuple[bytes, NDArray[np.uint8]]:
        """A picture's file and what is decoded of it."""
        height, width = image.shape[:2]
        data = self.codecs[part].encode(image, point)
        if not data:
            raise codecs.CodecError("coded as nothing")
        decoded = self.codecs[part].decode(data, width, height)
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


def _start(folder: Path, codec_parts: Sequence[Part], judge_parts: Sequence[Part], stop: Any) -> None:
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells the others to stop
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = _Worker(folder, codec_parts, judge_parts, stop)


def _end_with_parent() -> None:
    """Nobody waits for what a process does whose parent was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(plan: Plan, face: Face) -> list[str]:
    assert _worker is not None
    return _worker.face(plan, face)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes started in here do not hear of the terminal's interrupts, not even while they start."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run(plan: Plan, folder: Path, jobs: int, progress: Callable[[int], None]) -> list[str]:
    """Do what of a plan has not been done, in ``jobs`` processes; keep it in ``folder``'s store.
    ``progress`` is told now and then how many faces are done. Returns a line for each failure, which a
    process that dies is too: with it ends the run, not what was scored.

    Raises OutputError where the store cannot be used; what was scored until then is kept.
    """
    Store(folder / SCORES).close()
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    failures: list[str] = []
    pool = ProcessPoolExecutor(jobs, context, _start, (folder, plan.codecs, plan.judges, stop))
    waiting: dict[Future[list[str]], str] = {}
    try:
        with _uninterrupted():
            for face in plan.faces:
                waiting[pool.submit(_work, plan, face)] = face.name
        while waiting:
            for future in [future for future in waiting if future.done()]:
                failures += future.result()
                del waiting[future]
            progress(len(plan.faces) - len(waiting))
            time.sleep(0.5 if waiting else 0)
    except BrokenProcessPool:
        names = ", ".join(list(waiting.values())[: jobs + 1])
        failures.append(f"a process died at one of {names}; run the bench again to go on")
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)
    return sorted(failures)
