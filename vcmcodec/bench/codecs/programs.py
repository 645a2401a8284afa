"""Runs programs of others as filters, from standard input to standard output."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from vcmcodec.bench.codecs import CodecError


def filtered(command: Sequence[str], data: bytes, *, name: str, timeout: float) -> bytes:
    """What a program writes to stdout, ``data`` being its stdin. ``name``: what errors call it;
    ``timeout``: seconds that it may take.

    Raises CodecError where it does not run, takes longer, fails, or writes nothing.
    """
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=timeout)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CodecError(f"{name}: {error}") from None
    if done.returncode or not done.stdout:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit {done.returncode}"]
        raise CodecError(f"{name}: {said[-1]}")
    return done.stdout
