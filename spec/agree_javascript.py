"""Compares the package's decoder with the one in ``javascript``, bit for bit.

``python spec/agree_javascript.py --files 1000 [--seed 0]`` does what ``agree.py`` does, with Node, and prints
how long the slowest file took.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from agree import Outcome, by_package, compare, variants

from vcmcodec import codec
from vcmcodec.render.contracts import CONTRACTS

ROOT = Path(__file__).parent.parent
NODE = shutil.which("node")
FROM = 20
"""The oldest Node that will do."""


def node() -> str | None:
    """The Node that is here, if it is new enough."""
    if NODE is None:
        return None
    version = subprocess.run([NODE, "--version"], capture_output=True, text=True).stdout
    return NODE if int(version.lstrip("v").split(".")[0]) >= FROM else None


Inputs = dict[str, list[object]]
"""By name of the input: its shape, and the sha256 of its numbers."""


class Read(NamedTuple):
    """What the decoder in JavaScript makes of a file, what networks of each contract are given at realism .5,
    and the milliseconds that it took."""

    outcome: Outcome
    inputs: dict[int, Inputs]
    ms: float


def by_javascript(files: Sequence[bytes], timeout: float | None = None) -> list[Read]:
    """What it makes of each file. Raises CalledProcessError where it fails in a way of its own."""
    framed = b"".join(len(data).to_bytes(4, "big") + data for data in files)
    command = [str(node()), str(ROOT / "spec" / "javascript" / "digests.js"), str(ROOT / "models")]
    run = subprocess.run(command, input=framed, stdout=subprocess.PIPE, check=True, timeout=timeout)
    reads = []
    for line in run.stdout.splitlines():
        found = json.loads(line)
        ms = found.pop("ms")
        inputs = found.pop("inputs", [])
        cause = found.pop("cause", None)
        reads.append(Read(Outcome(cause, {} if cause else found), dict(inputs), ms))
    if len(reads) != len(files):
        raise ValueError(f"{len(reads)} answers for {len(files)} files")
    return reads


WRITTEN = {"T": (np.int16, ">i2"), "F": (np.int64, ">i4")}
"""What is no bytes: its numbers as the package holds them, and as FORMAT.md, section 10, writes them."""


def digested(outcome: Outcome) -> Outcome:
    """The same with digests in place of strokes, planes and feature."""
    if outcome.cause:
        return outcome
    found = dict(outcome.found)
    found["sizes"] = list(found["sizes"])  # type: ignore[call-overload]
    found["crop"] = None if found["crop"] is None else list(found["crop"])  # type: ignore[call-overload]
    found["ops"] = str(found["ops"]).encode()
    for name in ("ops", "E", "M", "C", "T", "F"):
        plane = found[name]
        if isinstance(plane, bytes):
            held, written = WRITTEN.get(name, (np.uint8, "u1"))
            found[name] = sha256(np.frombuffer(plane, held).astype(written).tobytes()).hexdigest()
    return Outcome(None, found)


def inputs_by_package(data: bytes) -> dict[int, Inputs]:
    """What networks of each contract are given of a file, at realism .5; -0 counts as 0."""
    _, scene = codec.decode_scene(data)
    return {
        number: {
            name: [list(array.shape), sha256((array + 0).astype("<f4").tobytes()).hexdigest()]
            for name, array in contract.inputs([scene], 0.5).items()
        }
        for number, contract in CONTRACTS.items()
    }


def main() -> int:
    """Compares, and prints every disagreement and one line of counts."""
    parser = argparse.ArgumentParser(description="Compare the package with the decoder in JavaScript.")
    parser.add_argument("--files", type=int, default=1000, help="odd files, besides damaged ones")
    parser.add_argument("--seed", type=int, default=0, help="the first file's seed")
    options = parser.parse_args()
    faults = []
    counts: Counter[str] = Counter()
    slowest = 0.0
    for start in range(options.seed, options.seed + options.files, 100):
        seeds = range(start, min(start + 100, options.seed + options.files))
        files = [(seed, index, data) for seed in seeds for index, data in enumerate(variants(seed))]
        reads = by_javascript([data for _, _, data in files])
        for (seed, index, data), read in zip(files, reads):
            verdict = compare(digested(by_package(data)), read.outcome)
            counts[verdict.said] += 1
            slowest = max(slowest, read.ms)
            if not verdict.agree or (index == 0 and verdict.said != "decoded"):
                faults.append(f"seed {seed}, variant {index}: {verdict.said}")
    for fault in faults:
        print(fault)
    said = ", ".join(f"{number} {what}" for what, number in counts.most_common())
    print(f"{options.files} odd files and their damaged variants: {said}; {len(faults)} disagreements")
    print(f"the slowest took {slowest:.0f} ms")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
