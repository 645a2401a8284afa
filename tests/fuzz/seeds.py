"""Inputs to begin with: the conformance vectors, what lies in ``corpus/``, and pieces of both."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from fuzz import ROOT, mutator
from fuzz.coders import PRIMERS
from fuzz.coefficients import detailed, textures
from fuzz.targets import CANVASES, scenes
from vcmcodec import gallery
from vcmcodec.interop import svg
from vcmcodec.layers.feature.head import CODE as FEATURE

VECTORS = ROOT / "spec" / "vectors"
CORPUS = Path(__file__).parent / "corpus"


@functools.cache
def kept(suffix: str) -> dict[str, bytes]:
    """The files of ``corpus/`` with a suffix, by name."""
    return {path.name: path.read_bytes() for path in sorted(CORPUS.glob(f"*.{suffix}"))}


@functools.cache
def files() -> tuple[bytes, ...]:
    """Whole ``.vcm`` files, good and bad."""
    return (*(path.read_bytes() for path in sorted(VECTORS.glob("*.vcm"))), *kept("vcm").values())


def _payloads(kind: int) -> list[bytes]:
    found = {part.payload for data in files() for part in mutator.split(data).layers if part.kind == kind}
    return sorted(payload for payload in found if payload)


def _drawings() -> list[bytes]:
    small = sorted(path for path in VECTORS.glob("good-*.vcm") if path.stat().st_size < 300)
    return [*kept("svg").values(), *(svg.dump(path.read_bytes()).encode() for path in small)]


def _symbols() -> list[bytes]:
    """Primer, number of symbols and payload, of PPM layers without their heads."""
    out = []
    for which in range(len(PRIMERS)):
        coded = [payload[3:] for payload in _payloads(which + 1) if payload[0] >> 4 == 1]
        out += [bytes([which]) + count.to_bytes(2, "big") + body for body in coded for count in (9, 150)]
    return out


def _galleries() -> list[bytes]:
    """Indexes of no face, one, and a few, whose names are not all ASCII."""
    vectors = np.random.default_rng(4).normal(size=(7, gallery.DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = ["a.vcm", "", "né.vcm", "\udcff.vcm", 'quoted".vcm', "a.vcm", "s3://faces/b.vcm"]
    return [gallery.Gallery(names[:count], vectors[:count]).write() for count in (0, 1, 3, 7)]


@functools.cache
def seeds(target: str) -> tuple[bytes, ...]:
    """Inputs of a target."""
    if target in ("edges", "colours"):
        firsts = len(CANVASES if target == "edges" else scenes())
        payloads = _payloads(1 if target == "edges" else 2)
        found = [bytes([index % firsts]) + payload for index, payload in enumerate(payloads)]
    elif target == "texture":
        # Behind what they were written behind, and behind something else.
        found = [bytes([which]) + payload for which, (_, payload) in enumerate(textures()) if payload]
        for index, payload in enumerate(_payloads(3)):
            found.append(bytes([index % len(textures())]) + payload)
    elif target == "detail":
        found = [detailed()[1], *_payloads(4)]
    elif target == "feature":
        found = _payloads(FEATURE)
    elif target == "gallery":
        found = _galleries()
    elif target in ("svg", "svg-text"):
        return tuple(_drawings())
    elif target == "ppm":
        found = _symbols()
    elif target == "entropy":
        found = [bytes([index]) + payload[2:] for index, payload in enumerate(_payloads(1))]
    else:
        return files()
    return (*found, *kept(target).values())
