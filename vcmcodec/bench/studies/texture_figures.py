"""Figures of the study of texture, from what faces scored in its codings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from vcmcodec.bench.studies import baseline, curves, parity, skin
from vcmcodec.bench.studies.codings import NORMAL, Coding, Face, Scores
from vcmcodec.bench.studies.peers import Peer
from vcmcodec.errors import ModelError

SETS = ("studio", "wild")

CANVAS_BYTES = {
    "studio": (27, 34, 55, 82, 119, 170, 239, 319),
    "wild": (37, 43, 70, 106, 154, 220, 304, 394),
}
"""Bytes of files of the canvas alone: those of the baseline's table, and fewer, as its quality is to be
reached with less."""

TEXTURE_BYTES = (50, 68, 91, 120, 169, 240, 320, 400, 520, 640)

LEAST_FACES = 0.9
"""A peer is compared face by face where it can code at least this share of the faces in our bytes."""

PART = 5
"""The lightest and the darkest of this many equal parts of the faces are compared."""

BUDGET = 240
"""Bytes at which faces smaller in the frame, and groups of skin, are judged."""

LAYERED = (str(BUDGET), NORMAL)

STUDIES = ("canvas", "peers", "person", "smaller", "tones", "layers", "times")

AT_BUDGET = Coding("texture", str(BUDGET), True)
SMALLER = Coding("smaller", str(BUDGET), True)
TONE = Coding("tone", "")


def codings(name: str, studies: Sequence[str], peers: Iterable[Peer]) -> list[Coding]:
    """The codings of the faces of the set ``name``. One that is none of :data:`SETS` serves the study of skin
    tones alone."""
    found: list[Coding] = []
    if name not in SETS:
        return [AT_BUDGET, TONE] if "tones" in studies else []
    if "canvas" in studies or "peers" in studies:
        found += [Coding("canvas", str(most)) for most in CANVAS_BYTES[name]]
    if "peers" in studies:
        found += [Coding(peer.name, point) for peer in peers for point in peer.points]
    if "person" in studies:
        found += [Coding("texture", str(most), True) for most in TEXTURE_BYTES]
    if "smaller" in studies and name == "studio":
        found += [AT_BUDGET, SMALLER]
    if "layers" in studies:
        found += [Coding("layers", point) for point in LAYERED]
    return list(dict.fromkeys(found))


class Scored(NamedTuple):
    """The faces of a set, and what they scored, by face and coding; None where there is nothing."""

    faces: Sequence[Face]
    scores: Mapping[tuple[str, str, str], Scores | None]

    def of(self, coding: Coding, faces: Sequence[Face] | None = None) -> list[Scores | None]:
        """The scores of all faces, or of some, in a coding."""
        some = self.faces if faces is None else faces
        return [self.scores.get((face.key, coding.codec, coding.point)) for face in some]

    def points(self, codings: Iterable[Coding], faces: Sequence[Face] | None = None) -> list[dict[str, Any]]:
        """Means in each of ``codings`` that all the faces went through: means over fewer cannot be
        compared."""
        count = len(self.faces if faces is None else faces)
        found = [{"point": coding.point, **curves.means(self.of(coding, faces))} for coding in codings]
        return [point for point in found if point["faces"] == count]

    def pairs(
        self, first: Coding, second: Coding, key: str, other: str = ""
    ) -> tuple[list[float], list[float]]:
        """``key`` in the coding ``first`` and ``other``, or else ``key``, in ``second``, of the faces that
        have both."""
        both = [
            (a[key], b[other or key])
            for a, b in zip(self.of(first), self.of(second))
            if a is not None and b is not None
        ]
        kept = [(a, b) for a, b in both if a is not None and b is not None]
        return [a for a, _ in kept], [b for _, b in kept]


def same_faces(faces: Sequence[Face], every: int, theirs: int) -> list[Face]:
    """The faces that an earlier table was measured on. ``faces`` is every ``every``-th of a folder, and the
    table is of every ``theirs``-th; where its faces are not among ``faces``, these are returned as they
    are."""
    return [face for face in faces if face.place % theirs == 0] if theirs % every == 0 else list(faces)


def figures(
    sets: Mapping[str, Scored], every: int, studies: Sequence[str], peers: Sequence[Peer]
) -> dict[str, Any]:
    """All figures but times, ready for JSON, and ``gaps``, a line for each that is missing."""
    found: dict[str, Any] = {"gaps": []}
    for name in SETS:
        if name not in sets:
            continue
        scored = sets[name]
        part = found[name] = {"faces": len(scored.faces)}
        try:
            if "canvas" in studies:
                part["gain"] = {"psnr": _gain(scored, name, every, "psnr")}
            if "person" in studies:
                part.setdefault("gain", {})
                part["gain"] |= {key: _gain(scored, name, every, key) for key in ("identity", "nme")}
        except ModelError as error:
            found["gaps"].append(f"bytes at equal quality: {error}")
        if "canvas" in studies or "peers" in studies:
            part["canvas"] = scored.points(_canvas(name))
        if "person" in studies:
            part["texture"] = scored.points(_texture())
        if "peers" in studies:
            part["peers"] = {
                peer.name: scored.points(Coding(peer.name, point) for point in peer.points) for peer in peers
            }
            by_face = {
                peer.name: [scored.of(Coding(peer.name, point)) for point in peer.points] for peer in peers
            }
            part["face_by_face"] = {
                coding.point: curves.face_by_face(scored.of(coding), by_face, LEAST_FACES)
                for coding in _canvas(name)
            }
        if "layers" in studies:
            part["layers"] = {point: curves.means(scored.of(Coding("layers", point))) for point in LAYERED}
    if "smaller" in studies and "studio" in sets:
        found["smaller"] = _smaller(sets["studio"])
    if "tones" in studies:
        found["tones"] = {name: _tones(scored) for name, scored in sets.items() if name not in SETS}
    return found


def _canvas(name: str) -> list[Coding]:
    return [Coding("canvas", str(most)) for most in CANVAS_BYTES[name]]


def _texture() -> list[Coding]:
    return [Coding("texture", str(most), True) for most in TEXTURE_BYTES]


def _gain(scored: Scored, name: str, every: int, key: str) -> dict[str, Any]:
    """The ratio of our bytes to the closed-form baseline's at an equal ``key``, on the baseline's faces. For
    PSNR the canvas alone is compared with its unframed transform, for others texture with its two parts."""
    unframed = key == "psnr"
    theirs = baseline.UNFRAMED_EVERY[name] if unframed else baseline.TWO_PARTS_EVERY
    some = same_faces(scored.faces, every, theirs)
    points = scored.points(_canvas(name) if unframed else _texture(), some)
    anchor = (baseline.UNFRAMED if unframed else baseline.TWO_PARTS)[name]
    known = [coded._asdict() for coded in anchor]
    found = curves.gain(curves.curve(known, key), curves.curve(points, key))
    return {"faces": len(some), **found._asdict()}


def _smaller(scored: Scored) -> dict[str, float]:
    """How much worse faces are that stand smaller in the frame."""
    found: dict[str, float] = {}
    for key in ("nme", "identity"):
        for name in (key, f"{key}_enlarged"):
            before, after = scored.pairs(AT_BUDGET, SMALLER, key, name)
            found[f"{name}_faces"] = len(before)
            if before:
                found[name] = parity.worse(before, after)
    return found


def _tones(scored: Scored) -> dict[str, Any]:
    """Means by group of skin tone, from light to dark; the gap between the first and the last group that has
    faces; and the gap between the lightest and the darkest faces."""
    faces = [
        (int(tone["tone"]), float(tone["angle"] or 0), scores)
        for tone, scores in zip(scored.of(TONE), scored.of(AT_BUDGET))
        if tone and scores and tone["tone"] is not None and scores["nme"] is not None
    ]
    names = [name for _, name in skin.GROUPS]
    order = sorted({group for group, _, _ in faces})
    by_group = {group: [scores for other, _, scores in faces if other == group] for group in order}
    by_angle = [scores for _, _, scores in sorted(faces, key=lambda face: -face[1])]
    part = len(faces) // PART
    found: dict[str, Any] = {"groups": {names[group]: curves.means(by_group[group]) for group in order}}
    if len(order) > 1:
        found["between"] = _gaps(by_group[order[0]], by_group[order[-1]])
    if part:
        found["ends"] = _gaps(by_angle[:part], by_angle[-part:])
    return found


def _gaps(light: Sequence[Scores], dark: Sequence[Scores]) -> dict[str, Any]:
    found = {}
    for key in ("nme", "identity"):
        first, second = (
            [value for scores in part if (value := scores[key]) is not None] for part in (light, dark)
        )
        between = parity.gap(first, second)
        means = fmean(first), fmean(second)
        found[key] = {**between._asdict(), "gap": between.wide, "means": means}
    return found
