"""What there is to do for many files: which there are, and where each goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click

from vcmcodec import OutputError
from vcmcodec.cli import files

USAGE = 2
"""The exit code of a mistake in the arguments."""


class Task(NamedTuple):
    """A file to read and one to write."""

    source: Path
    target: Path


class Failed(NamedTuple):
    """A file that could not be done: its name or its URL, the exit code, and why."""

    path: Path | str
    code: int
    reason: str


class Work(NamedTuple):
    """What there is to do: ``todo``; ``failed``, names that nothing can be done for; ``skipped``, how many
    outputs are there already and stay; ``many``: whether it is a batch, that ends with a summary."""

    todo: list[Task]
    failed: list[Failed]
    skipped: int
    many: bool


def below(source: Path, suffixes: tuple[str, ...], recursive: bool) -> list[Path]:
    """The file ``source``, or, of a folder, the files below it with one of ``suffixes``, sorted.

    Raises click.UsageError for a folder, unless ``recursive``.
    """
    if not source.is_dir():
        return [source]
    if not recursive:
        raise click.UsageError(f"{source} is a folder: --recursive takes all files below it")
    return sorted(path for path in source.rglob("*") if path.suffix.lower() in suffixes and path.is_file())


def some(found: Sequence[Any], sources: Sequence[Path]) -> None:
    """Raises click.UsageError where nothing was found: a folder may be mistyped."""
    if not found:
        raise click.UsageError(f"no files to take below {', '.join(map(str, sources))}")


def there(sources: Iterable[Path]) -> tuple[list[Path], list[Failed]]:
    """Sources that are there, and those that are not."""
    found, missing = list[Path](), list[Failed]()
    for source in sources:
        if source == files.STANDARD or source.exists():
            found.append(source)
        else:
            missing.append(Failed(source, USAGE, "does not exist"))
    return found, missing


def tasks(
    sources: Iterable[Path],
    output: files.Output | None,
    *,
    source_suffixes: tuple[str, ...],
    target_suffix: str,
    recursive: bool = False,
    skip_existing: bool = False,
    first: str = "",
    moved: Callable[[Path], Path] = lambda path: path,
) -> Work:
    """What to do for ``sources``: files and, if ``recursive``, folders, for all files below them with one of
    ``source_suffixes``. ``output``: a file for one source, a folder for many, below which the tree is
    mirrored; None: beside each source. Outputs end in ``target_suffix`` unless named. ``first``: what stands
    before the suffix in the name of the output that marks its source as done. ``moved``: gives where an
    output goes that is not named.

    Sources that do not exist and those whose output another one has taken fail; the others are done. Makes
    the folders of the tree. Raises OutputError where it cannot, and click.UsageError where the arguments make
    no sense: a folder, and not ``recursive``, or nothing below it; many files and no folder; an output that
    is an input; none of the sources exists.
    """
    named = list(sources)
    path = None if output is None else output.path
    if files.STANDARD in named and (len(named) > 1 or recursive):
        raise click.UsageError("- stands alone")
    sources, failures = there(named)
    if not sources:
        raise click.UsageError(", ".join(f"{name} does not exist" for name in named))
    found = [
        (each, each.relative_to(source) if source.is_dir() else Path(each.name))
        for source in sources
        for each in below(source, source_suffixes, recursive)
    ]
    many = len(named) > 1 or named[0].is_dir()
    if many and path == files.STANDARD:
        raise click.UsageError("many files cannot all go to stdout")
    folder = output is not None and (output.folder or output.path.is_dir())
    if many and path is not None and not folder and (path.exists() or not recursive):
        raise click.UsageError(f"many files need a folder to go to, and {path} is none: {path}/ makes one")
    some(found, sources)
    made: dict[Path, Path] = {}
    for source, relative in found:
        if path is None or files.STANDARD in (source, path):
            own = path is None and source.suffix.lower() == target_suffix
            beside = source.with_suffix(f".decoded{target_suffix}") if own else path
            target = files.output_path(source, beside, target_suffix)
            target = moved(target) if path is None and target != files.STANDARD else target
        elif many or folder:
            target = moved((path / relative).with_suffix(target_suffix))
        else:
            target = path
        if target in made and target != files.STANDARD:
            failures.append(Failed(source, USAGE, f"would become {target}, as {made[target]} does"))
        else:
            made[target] = source
    for target, source in made.items():
        files.output_path(source, target, target_suffix)
    todo = [Task(source, target) for target, source in made.items()]
    if path is not None and (many or folder):
        for parent in sorted({task.target.parent for task in todo}):
            try:
                parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise OutputError(f"{parent} cannot be made: {error.strerror or error}") from None
    left = [task for task in todo if not (skip_existing and numbered(task.target, first).exists())]
    return Work(left, failures, len(todo) - len(left), many)


def numbered(path: Path, number: str) -> Path:
    """``path`` with ``number`` before its suffix."""
    return path.with_name(f"{path.stem}{number}{path.suffix}") if number else path
