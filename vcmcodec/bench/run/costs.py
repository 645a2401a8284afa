"""Milliseconds and memory of a codec, in a process of its own.

``python -m vcmcodec.bench.run.costs CODEC PICTURE...`` prints one JSON object.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click

from vcmcodec.bench import codecs
from vcmcodec.errors import VcmError
from vcmcodec.io import picture

TIMEOUT = 1800
"""Seconds after which a codec is taken to hang."""


class Cost(NamedTuple):
    """Medians over pictures, in milliseconds, and peak memory in MiB of the process or of the largest program
    that it ran; None where the platform does not say. ``point`` is what was timed."""

    point: str
    encode_ms: float
    decode_ms: float
    peak_mib: float | None


def measure(spec: str, paths: Sequence[Path]) -> Cost:
    """Times a codec on each picture in turn at its middle operating point, and :mod:`this codec
    <vcmcodec.bench.codecs.own>` at its largest preset. The first picture is done once before, to warm up.

    Raises ModelError where the codec is missing, CodecError where it fails.
    """
    codec = codecs.make(spec)
    point = codec.points[-1 if codec.name == codecs.OWN else len(codec.points) // 2]
    encode, decode = [], []
    for path in (paths[0], *paths):
        image = picture.load(path)
        start = time.perf_counter()
        data = codec.encode(image, point)
        encoded = time.perf_counter()
        codec.decode(data, image.shape[1], image.shape[0])
        encode.append(encoded - start)
        decode.append(time.perf_counter() - encoded)
    return Cost(point, 1e3 * statistics.median(encode[1:]), 1e3 * statistics.median(decode[1:]), _peak())


def _peak() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(peaks) / (2**20 if sys.platform == "darwin" else 2**10)


def apart(spec: str, paths: Sequence[Path]) -> Cost | str:
    """:func:`measure` in a fresh process; a line that says why where it fails."""
    command = [sys.executable, "-m", "vcmcodec.bench.run.costs", spec, *map(str, paths)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return f"{spec}: took over {TIMEOUT} s"
    if done.returncode:
        return f"{spec}: {(done.stderr.strip().splitlines() or ['failed'])[-1]}"
    return Cost(**json.loads(done.stdout))


@click.command()
@click.argument("spec")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def main(spec: str, paths: tuple[Path, ...]) -> None:
    """Time the codec SPEC on pictures."""
    try:
        click.echo(json.dumps(measure(spec, paths)._asdict()))
    except (VcmError, codecs.CodecError, ValueError) as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
