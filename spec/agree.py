"""Compares the package's decoder with the one in ``decoder``, bit for bit.

``python spec/agree.py --files 1000 [--seed 0]`` decodes every vector, odd files (see
:mod:`odd_files`) of as many seeds, and some damaged variants of each, by both. Where both refuse, they may
name another cause: several things may be wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from decoder import Failure, decode
from odd_files import damaged, odd_file

from vcmcodec import codec
from vcmcodec.errors import FormatError, LimitError, TruncatedError, UnsupportedError
from vcmcodec.layers.edges.ops import text

VECTORS = Path(__file__).parent / "vectors"
VARIANTS = 4
CAUSES = {
    TruncatedError: "truncated",
    UnsupportedError: "unsupported",
    LimitError: "limit",
    FormatError: "invalid",
}


class Outcome(NamedTuple):
    """The cause of failure, or what there is to agree on."""

    cause: str | None
    found: dict[str, object]


class Verdict(NamedTuple):
    """Whether two decoders agree on a file, and what they did."""

    agree: bool
    said: str


def by_package(data: bytes) -> Outcome:
    """What the package makes of a file."""
    try:
        header, scene = codec.decode_scene(data)
    except FormatError as error:
        return Outcome(CAUSES[type(error)], {})
    mask, colour = scene.planes
    return Outcome(
        None,
        {
            "sizes": (header.width, header.height, scene.width, scene.height),
            "model": header.model,
            "grey": header.grey,
            "ops": text(scene.drawing.ops) if scene.drawing else "",
            "E": scene.E.tobytes(),
            "M": mask.tobytes(),
            "C": colour.tobytes(),
            "T": None if scene.T is None else scene.T.tobytes(),
            "crop": None if scene.crop is None else tuple(scene.crop),
            "F": None if scene.F is None else scene.F.tobytes(),
        },
    )


def by_document(data: bytes) -> Outcome:
    """What the decoder makes of a file that was written from the document."""
    try:
        found = decode(data)
    except Failure as failure:
        return Outcome(failure.cause, {})
    return Outcome(
        None,
        {
            "sizes": (found.width, found.height, found.canvas_width, found.canvas_height),
            "model": found.model,
            "grey": found.grey,
            "ops": "".join(f"{op}\n" for op in found.ops),
            "E": found.E.tobytes(),
            "M": found.M.tobytes(),
            "C": found.C.tobytes(),
            "T": None if found.T is None else found.T.tobytes(),
            "crop": None if found.crop is None else tuple(found.crop),
            "F": None if found.F is None else found.F.tobytes(),
        },
    )


def compare(one: Outcome, other: Outcome) -> Verdict:
    """Whether the package and the document say the same of one file."""
    if one.cause and other.cause:
        return Verdict(True, "refused" if one.cause == other.cause else "refused for two causes")
    if one.cause or other.cause:
        return Verdict(False, f"package: {one.cause or 'decodes'}, document: {other.cause or 'decodes'}")
    parts = [name for name, value in one.found.items() if value != other.found[name]]
    return Verdict(not parts, f"other {', '.join(parts)}" if parts else "decoded")


def variants(seed: int, count: int = VARIANTS) -> list[bytes]:
    """An odd file, and damaged ones made of it."""
    data, rng = odd_file(seed), random.Random(f"damage {seed}")
    return [data, *(damaged(data, rng) for _ in range(count))]


def vector_faults() -> list[str]:
    """Where either decoder does not do what ``vectors.json`` states."""
    faults = []
    for vector in json.loads((VECTORS / "vectors.json").read_text(encoding="utf-8"))["vectors"]:
        data = (VECTORS / f"{vector['name']}.vcm").read_bytes()
        one, other = by_package(data), by_document(data)
        verdict = compare(one, other)
        if not verdict.agree or not one.cause == other.cause == vector.get("cause"):
            faults.append(f"{vector['name']}: {verdict.said}, and {vector.get('cause', 'decoded')} is stated")
    return faults


def main() -> int:
    """Compares, and prints every disagreement and one line of counts."""
    parser = argparse.ArgumentParser(description="Compare the two decoders of the format.")
    parser.add_argument("--files", type=int, default=1000, help="odd files, besides the vectors")
    parser.add_argument("--seed", type=int, default=0, help="the first file's seed")
    options = parser.parse_args()
    faults = vector_faults()
    counts: Counter[str] = Counter()
    for seed in range(options.seed, options.seed + options.files):
        for index, data in enumerate(variants(seed)):
            verdict = compare(by_package(data), by_document(data))
            counts[verdict.said] += 1
            if not verdict.agree or (index == 0 and verdict.said != "decoded"):
                faults.append(f"seed {seed}, variant {index}: {verdict.said}")
    for fault in faults:
        print(fault)
    said = ", ".join(f"{number} {what}" for what, number in counts.most_common())
    print(f"{options.files} odd files and their damaged variants: {said}; {len(faults)} disagreements")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
