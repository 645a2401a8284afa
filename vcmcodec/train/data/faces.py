"""Folders of faces, workers that go through them, and the options that say which."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import click

from vcmcodec import workers
from vcmcodec.encoder import opencv
from vcmcodec.io.folders import pictures

Item = TypeVar("Item")
Result = TypeVar("Result")
Verb = TypeVar("Verb", bound=Callable[..., None])


def listed(folders: Sequence[Path]) -> list[Path]:
    """All pictures below ``folders``, sorted by path. Raises click.UsageError where there is none."""
    found = pictures(folders)
    if not found:
        raise click.UsageError(f"no pictures below {', '.join(map(str, folders))}")
    return found


def faces(*folders: Path) -> list[Path]:
    """All pictures below ``folders``, in an order shuffled by a fixed seed, so that any first
    part of it is a fair sample. Raises click.UsageError where there is none."""
    found = listed(folders)
    random.Random(0).shuffle(found)
    return found


def parallel(work: Callable[[Item], Result], items: Sequence[Item], jobs: int) -> Iterator[Result]:
    """``work`` of every item, in order, by ``jobs`` processes of one thread each. Items that were under way
    when a process was killed are done again.

    Raises click.ClickException where an item's process is killed.
    """
    early: dict[int, Result] = {}
    awaited = 0
    for (number, _), result in workers.each(
        _Numbered(work), list(enumerate(items)), jobs, opencv.use_threads, 1
    ):
        if isinstance(result, workers.Killed):
            raise click.ClickException("a process was killed")
        early[number] = result
        while awaited in early:
            yield early.pop(awaited)
            awaited += 1


@dataclass(frozen=True)
class _Numbered(Generic[Item, Result]):
    """``work`` on items with their numbers; it can be sent to another process."""

    work: Callable[[Item], Result]

    def __call__(self, numbered: tuple[int, Item]) -> Result:
        return self.work(numbered[1])


def options(limit: int | None = None) -> Callable[[Verb], Verb]:
    """The options of what is trained on the faces in one folder: ``data``, ``out``, ``jobs``, and ``limit``,
    how many faces are read where nothing else is said; None for all."""

    def given(verb: Verb) -> Verb:
        folder = click.Path(exists=True, file_okay=False, path_type=Path)
        for option in (
            click.option("--jobs", default=2, show_default=True),
            click.option("--limit", type=int, default=limit, show_default=True, help="Faces to read."),
            click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True),
            click.option("--data", type=folder, required=True),
        ):
            verb = option(verb)
        return verb

    return given
