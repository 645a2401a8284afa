"""Folders of faces, and a pool that works through them."""

from __future__ import annotations

import multiprocessing
import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

SUFFIXES = {".webp", ".png", ".jpg", ".jpeg"}

Result = TypeVar("Result")


def faces(folder: Path) -> list[Path]:
    """All pictures below ``folder``, in an order shuffled by a fixed seed, so that any first
    part of it is a fair sample."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    random.Random(0).shuffle(found)
    return found


def parallel(work: Callable[[Path], Result], paths: Sequence[Path], jobs: int) -> Iterator[Result]:
    """``work`` of every path, in order, by ``jobs`` processes of one thread each."""
    with multiprocessing.get_context("spawn").Pool(jobs, initializer=_single_thread) as pool:
        yield from pool.imap(work, paths, chunksize=4)


def _single_thread() -> None:
    import cv2

    cv2.setNumThreads(1)
