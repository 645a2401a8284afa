"""Faces through this codec and its peers: each coding of each face once, over several processes, kept in the
bench's store."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec import VcmError, workers
from vcmcodec.bench.codecs import CodecError, own
from vcmcodec.bench.run import options
from vcmcodec.bench.run.score_store import Key, Store, coding_key, face_key
from vcmcodec.bench.studies import peers, skin, tone
from vcmcodec.bench.studies.person import Person
from vcmcodec.bench.studies.smaller import smaller
from vcmcodec.codec import decode_layers
from vcmcodec.encoder import texture
from vcmcodec.errors import ModelError
from vcmcodec.format import container
from vcmcodec.io import picture
from vcmcodec.layers.texture import payload
from vcmcodec.layers.texture.part import Texture
from vcmcodec.metrics import Verdict, measures
from vcmcodec.scene import TEXTURE, Scene

JUDGE = "texture study 1"
"""What verdicts are kept under, besides the judge's version: another number where they would be others."""

SCORES = "scores.sqlite"

NORMAL = "normal"


class Face(NamedTuple):
    """A picture: where it lies, its place among its folder's in order of names, its key in the store."""

    path: Path
    place: int
    key: str


class Coding(NamedTuple):
    """One way through which faces go. ``codec``: one of :data:`OURS`, or a peer's name; ``point``: what it is
    set to; ``judged``: whether landmarks and identity are asked for, too."""

    codec: str
    point: str
    judged: bool = False


def listed(folders: Sequence[Path], every: int) -> list[Face]:
    """Every ``every``-th picture of each of ``folders``, by name.

    Raises PictureError where one cannot be read.
    """
    found = []
    for folder in folders:
        for place, path in list(enumerate(options.listed([folder])))[::every]:
            found.append(Face(path, place, face_key(picture.load(path))))
    return found


Scores = dict[str, float | None]


class _Looked:
    """A picture, and what the judge knows of it once that was asked for."""

    def __init__(self, image: NDArray[np.uint8], key: str, person: Person | None) -> None:
        self.image, self.key, self.person = image, key, person

    @functools.cached_property
    def known(self) -> Any:
        return None if self.person is None else self.person.reference(self.image)

    def judge(self, decoded: NDArray[np.uint8], judged: bool) -> Scores:
        scores: Scores = {"psnr": measures.psnr(decoded, self.image)}
        return scores | (self.person.judge(self.known, decoded) if judged and self.person else {})


def _texture(face: _Looked, point: str, judged: bool, scheme: str = "texture") -> tuple[int, Scores]:
    data = vcmcodec.encode(face.image, bytes=int(point), scheme=scheme)
    return len(data), face.judge(np.asarray(vcmcodec.preview(data)), judged)


def _canvas(face: _Looked, point: str, judged: bool) -> tuple[int, Scores]:
    return _texture(face, point, judged, "canvas")


def _smaller(face: _Looked, point: str, judged: bool) -> tuple[int, Scores]:
    """The face smaller in its frame: judged as it stands there; and cut out and enlarged again, so that
    landmarks, which the judge rounds to pixels, are as fine as those of the face as it was."""
    moved = smaller(face.image, int(face.key, 16))
    looked = _Looked(moved.image, face.key, face.person)
    data = vcmcodec.encode(moved.image, bytes=int(point), scheme="texture")
    decoded = np.asarray(vcmcodec.preview(data))
    scores = looked.judge(decoded, judged)
    cut = _Looked(moved.inside(moved.image), face.key, face.person).judge(moved.inside(decoded), judged)
    return len(data), scores | {f"{name}_enlarged": value for name, value in cut.items()}


def _layers(face: _Looked, point: str, judged: bool) -> tuple[int, Scores]:
    """How many layers a file has, and its bytes were it one."""
    size = {"preset": NORMAL} if point == NORMAL else {"bytes": int(point)}
    data = vcmcodec.encode(face.image, scheme="texture", **size)
    layers = len(vcmcodec.inspect(data).layers)
    return len(data), {"layers": float(layers), "one": float(one_layer_size(data))}


def one_layer_size(data: bytes) -> int:
    """Bytes that a file of texture, with detail where there is some, would take with the same coefficients
    in one layer each.

    Raises FormatError, UnsupportedError, LimitError, ModelError as a decoder does, and ValueError where there
    is no texture whose last layer holds it whole.
    """
    header, layers = container.read(data)
    scene = decode_layers(header, layers)
    known: Texture | None = scene.part(TEXTURE)
    if known is None or any(shift for part in known.parts for shift in part.shifts):
        raise ValueError("no whole texture")
    coded, _ = payload.encode(Scene(scene.width, scene.height), texture.layer(known, 0))
    others = [(layer.kind, layer.payload) for layer in layers if layer.kind != TEXTURE]
    return len(container.write(header, [(TEXTURE, coded), *others]))


def _tone(face: _Looked, point: str, judged: bool) -> tuple[int, Scores]:
    """Of the original the number of its group of skin, from light to dark, and its angle."""
    if face.known is None:
        return 0, {"tone": None, "angle": None}
    names, marks = [name for _, name in skin.GROUPS], face.known.landmarks
    group = names.index(skin.group(face.image, marks))
    return 0, {"tone": float(group), "angle": tone.angle(face.image, marks)}


OURS: dict[str, Callable[[_Looked, str, bool], tuple[int, Scores]]] = {
    "canvas": _canvas,
    "texture": _texture,
    "smaller": _smaller,
    "layers": _layers,
    "tone": _tone,
}
"""This codec, by what is asked of it, and what is asked of the original."""


class Work:
    """What codes and judges: this codec, its peers, the judge of persons. ``gaps``: a line for each that is
    missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        made, self.gaps = peers.made()
        self.peers = {peer.name: peer for peer in made}
        self._person: Person | None = None
        try:
            self._person = Person()
        except ModelError as error:
            self.gaps.append(str(error))
        self._own = own.Vcm().version
        self._judge = f"{JUDGE}, {self._person.version if self._person else 'no landmarks'}"

    def key(self, face: Face, coding: Coding) -> Key:
        """The store's key of a face in a coding."""
        peer = self.peers.get(coding.codec)
        version = "1" if coding.codec == "tone" else self._own if peer is None else peer.version
        return Key(face.key, coding_key(coding.codec, version, coding.point))

    def scored(self, store: Store, face: Face, coding: Coding) -> Scores | None:
        """What is known of a face in a coding; None where nothing is."""
        key = self.key(face, coding)
        size, verdict = store.coded(key), store.verdict(key, self._judge)
        return None if size is None or verdict is None else {"bytes": float(size), **verdict.scores}

    def missing(self, store: Store, face: Face, codings: Iterable[Coding]) -> list[Coding]:
        """The codings that a face has not gone through."""
        return [coding for coding in codings if self._judge not in store.judged(self.key(face, coding))]

    def run(self, store: Store, face: Face, codings: Sequence[Coding]) -> list[tuple[Coding, str]]:
        """Send a face through codings and keep what comes of them; what failed, and why."""
        looked = _Looked(np.ascontiguousarray(picture.load(face.path)), face.key, self._person)
        failed = []
        for coding in codings:
            try:
                size, scores = self._coded(looked, coding)
            except (CodecError, VcmError, AttributeError, TypeError, ValueError) as error:
                failed.append((coding, f"{type(error).__name__}: {' '.join(str(error).split())}"))
                continue
            store.add(self.key(face, coding), size, {self._judge: Verdict(scores)})
        return failed

    def _coded(self, face: _Looked, coding: Coding) -> tuple[int, Scores]:
        peer = self.peers.get(coding.codec)
        if peer is None:
            return OURS[coding.codec](face, coding.point, coding.judged)
        size, decoded = peer.code(face.image, coding.point)
        return size, face.judge(decoded, coding.judged)


_worker: tuple[Work, Store] | None = None


def _start(folder: Path) -> None:
    global _worker
    _worker = Work(folder), Store(folder / SCORES)


def _one(item: tuple[Face, Sequence[Coding]]) -> list[tuple[Coding, str]]:
    assert _worker is not None
    work, store = _worker
    return work.run(store, *item)


def run(
    folder: Path,
    wanted: Sequence[tuple[Face, Sequence[Coding]]],
    jobs: int,
    progress: Callable[[int, int], None],
) -> list[str]:
    """Do what of ``wanted`` has not been done, in ``jobs`` processes; keep it in the store in ``folder``.
    ``progress``: called with how many faces are done, of how many. Returns a line for each that failed."""
    failures: dict[str, list[str]] = {}
    with closing(workers.each(_one, wanted, jobs, _start, folder)) as results:
        for number, ((face, codings), found) in enumerate(results, start=1):
            if isinstance(found, workers.Killed):
                found = [(coding, f"the process of {face.path.name} was killed") for coding in codings]
            for coding, said in found:
                failures.setdefault(f"{coding.codec} {coding.point}".rstrip(), []).append(said)
            progress(number, len(wanted))
    return [f"{what} of {len(said)} faces (such as {said[0]})" for what, said in sorted(failures.items())]
