"""The figures of the study of texture as rows, each beside its bar."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from vcmcodec.bench.report.table import ENCODE, Row
from vcmcodec.bench.studies import curves
from vcmcodec.bench.studies.codings import NORMAL
from vcmcodec.bench.studies.texture_figures import BUDGET, CANVAS_BYTES, LAYERED, PART, SETS

PIXELS = 256 * 256
"""Of all faces' pictures: bits per pixel are counted by these."""

GAIN = {"studio": 0.80, "wild": 0.88}
PERSON_GAIN = 0.80
PEERS_BPP = 0.0039, 0.0351
"""Where no peer may be better: 0.004 to 0.035 bpp, budgets rounded to bytes."""

PERSON = {
    "studio": {120: (0.53, 0.0185), 240: (0.43, 0.014), 400: (0.35, 0.011)},
    "wild": {120: (0.56, 0.026), 240: (0.47, 0.021), 400: (0.39, 0.017)},
}
"""Identity distance and NME that previews may have, by bytes."""

SMALLER = 0.10
PARITY = 0.10
LAYERS = 0.05
PREVIEW = 0.015
"""Seconds."""

_FORMS = {
    "psnr": ("PSNR", "{:.2f} dB", 1),
    "identity": ("identity", "{:.3f}", 1),
    "nme": ("NME", "{:.2f} %", 100),
}


def rows(figures: dict[str, Any]) -> Iterator[Row]:
    """The rows of the figures of :func:`vcmcodec.bench.studies.texture.study`."""
    for name in SETS:
        if name in figures:
            part = figures[name]
            yield from _canvas(name, part)
            yield from _person(name, part)
            yield from _layers(name, part)
    if "smaller" in figures:
        yield from _smaller(figures["smaller"])
    for name, found in figures.get("tones", {}).items():
        yield from _tones(name, found)
    if "times" in figures:
        found = figures["times"]
        timed = f"median of {found['timed']}, {found['cores']} cores, load {found['load']:.1f}"
        yield Row(f"encode, all layers, at {NORMAL}, {timed}", found["encode_s"], "{:.0f} ms", 1e3, ENCODE)
        yield Row(f"preview, {timed}", found["preview_s"], "{:.1f} ms", 1e3, PREVIEW)


def _gain(what: str, found: dict[str, Any], bar: float) -> Row:
    known = found["reason"] or f"{found['overlap']:.0%} of its range"
    return Row(f"{what} ({found['faces']} faces, {known})", found["ratio"], "{:.1f} %", 100, bar)


def _canvas(name: str, part: dict[str, Any]) -> Iterator[Row]:
    gains = part.get("gain", {})
    if "psnr" in gains:
        what = f"{name}: canvas alone, bytes at equal PSNR against the closed-form baseline, unframed"
        yield _gain(what, gains["psnr"], GAIN[name])
    peers = {peer: curves.curve(points, "psnr") for peer, points in part.get("peers", {}).items()}
    for point in part.get("canvas", ()):
        most = int(point["point"])
        if most < CANVAS_BYTES[name][1]:
            continue
        size = point["bytes"]
        bpp = 8 * size / PIXELS
        yield Row(f"{name}: canvas alone, {size:.1f} bytes, {bpp:.4f} bpp: PSNR", point["psnr"], "{:.2f} dB")
        if not peers:
            continue
        found = curves.margin(point["psnr"], size, peers)
        best = (
            "the best of peers, none of which has so few bytes"
            if found is None
            else f"{found[0]}, the best peer"
        )
        lowest, highest = PEERS_BPP
        bar = 0.0 if lowest <= 8 * most / PIXELS <= highest else None
        margin = math.inf if found is None else found[1]
        by_face = part.get("face_by_face", {}).get(point["point"])
        if by_face is not None:
            best += f" (each face at its own bytes: {by_face[0]} {by_face[1]:+.2f} dB)"
        yield Row(f"{name}: the same, above {best}", margin, "{:+.2f} dB", bar=bar, at_least=True)


def _person(name: str, part: dict[str, Any]) -> Iterator[Row]:
    gains = part.get("gain", {})
    for key in ("identity", "nme"):
        if key in gains:
            what = f"{name}: bytes at equal {_FORMS[key][0]} against the closed-form baseline, two parts"
            yield _gain(what, gains[key], PERSON_GAIN)
    points = part.get("texture")
    if points is None:
        return
    for most, bars in PERSON[name].items():
        for key, bar in (("identity", bars[0]), ("nme", bars[1]), ("psnr", None)):
            title, form, scale = _FORMS[key]
            value = curves.at_bytes(points, key, most)
            yield Row(f"{name}: preview at {most} bytes: {title}", value, form, scale, bar)
        found = next((point.get("found") for point in points if point["point"] == str(most)), None)
        yield Row(f"{name}: preview at {most} bytes: faces found", found, "{:.1f} %", 100)


def _layers(name: str, part: dict[str, Any]) -> Iterator[Row]:
    for point in LAYERED:
        found = part.get("layers", {}).get(point, {})
        if "layers" not in part:
            continue
        value = found["bytes"] / found["one"] - 1 if "one" in found else None
        layers = f"{found['layers']:.1f} layers" if "layers" in found else "layers"
        title = point if point == NORMAL else f"{point} bytes"
        yield Row(f"{name}: {title}, {layers} against one: bytes", value, "{:+.1f} %", 100, LAYERS)


def _smaller(found: dict[str, float]) -> Iterator[Row]:
    for key in ("nme", "identity"):
        title = _FORMS[key][0]
        count = f"{found.get(f'{key}_faces', 0):.0f} faces"
        what = f"studio: faces at 60 % of the frame, moved by up to 15 %, {BUDGET} bytes ({count})"
        what += f": {title} worse by"
        yield Row(what, found.get(key), "{:+.1f} %", 100, SMALLER)
        count = f"{found.get(f'{key}_enlarged_faces', 0):.0f} faces"
        what = f"studio: the same, judged cut out and enlarged again ({count}): {title} worse by"
        yield Row(what, found.get(f"{key}_enlarged"), "{:+.1f} %", 100)


def _tones(name: str, found: dict[str, Any]) -> Iterator[Row]:
    groups = found["groups"]
    for key in ("nme", "identity"):
        title, form, scale = _FORMS[key]
        for group, means in groups.items():
            text = f"{name}: {group}, {means['faces']:.0f} faces, {BUDGET} bytes: {title}"
            yield Row(text, means[key], form, scale)
    first, last = [*groups][:1], [*groups][-1:]
    for what, light, dark in (
        ("between", " ".join(first), " ".join(last)),
        ("ends", f"the lightest of {PART} parts", f"the darkest of {PART} parts"),
    ):
        for key in ("nme", "identity"):
            title, form, scale = _FORMS[key]
            gap = found.get(what, {}).get(key)
            if gap is None:
                yield Row(f"{name}: gap of {title}, dark and light", None, "{:.1f} %", 100, PARITY)
                continue
            means = " and ".join(form.format(scale * mean) for mean in gap["means"])
            sure = f"{100 * gap['low']:+.0f} to {100 * gap['high']:+.0f} %"
            faces = f"{gap['faces'][0]} and {gap['faces'][1]} faces"
            sure = f"{faces}: {means}; dark over light, 95 %: {sure}"
            text = f"{name}: gap of {title}, {light} and {dark} ({sure})"
            yield Row(text, gap["gap"], "{:.1f} %", 100, PARITY)
