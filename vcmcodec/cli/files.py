"""Files that verbs read and write, and the name of the one that an error is about."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

import click

from vcmcodec import DEFAULT_LIMITS, ExistsError, LimitError, OutputError, VcmError
from vcmcodec.io import output

_SUBJECT = "vcmcodec.subject"


STANDARD = Path("-")
"""Stands for stdin as an input, for stdout as an output."""

_STDIN, _STDOUT = ("/dev/stdin", "/dev/fd/0"), ("/dev/stdout", "/dev/fd/1")


class Output(NamedTuple):
    """What ``-o`` names: ``folder`` where it ends in a slash, and so is one that may have to be made;
    ``name``: as it was given, which may be a URL."""

    path: Path
    folder: bool
    name: str


def output_of(name: str) -> Output:
    """What a name after ``-o`` means."""
    if name in _STDOUT:
        return Output(STANDARD, False, str(STANDARD))
    return Output(Path(name), name.endswith(("/", os.sep)), name)


def source_of(name: str) -> Path:
    """What the name of an input means. A URL stays a text, which only a cluster takes."""
    if "://" in name:
        return name  # type: ignore[return-value]
    return STANDARD if name in _STDIN else Path(name)


def is_stream(path: Path) -> bool:
    """Whether a path is a pipe or device, such as a shell's process substitution."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:
        return False


def standard_input() -> BinaryIO:
    """Raises VcmError where it is closed."""
    if sys.stdin is None:
        raise VcmError("cannot be read: stdin is closed")
    return sys.stdin.buffer


def subject(ctx: click.Context) -> Path | None:
    """The file that the verb works on now; an error's line names it."""
    path = ctx.meta.get(_SUBJECT)
    return path if isinstance(path, Path) else None


def about(path: Path) -> Path:
    """Make ``path`` the file that errors are about from here on, and return it."""
    ctx = click.get_current_context(silent=True)
    if ctx is not None:  # there is none in a process that works for another
        ctx.meta[_SUBJECT] = path
    return path


def line(path: Path | str | None, message: object) -> str:
    """An error's one line, with the file that it is about."""
    return " ".join(f"vcm: {path}: {message}".split() if path else f"vcm: {message}".split())


def picture(path: Path) -> Path | io.BytesIO:
    """What Pillow can read of a name: a file, or all that stdin or a pipe holds. Raises VcmError."""
    if path == STANDARD:
        return io.BytesIO(standard_input().read())
    return io.BytesIO(stream(path)) if is_stream(path) else path


def stream(path: Path) -> bytes:
    """All that a pipe holds. Raises VcmError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise VcmError(f"cannot be read: {error.strerror or error}") from None


def keeps(path: Path) -> bool:
    """Whether what is written to ``path`` is there afterwards: neither stdout nor a device nor a pipe."""
    return path != STANDARD and not is_stream(path)


def removable(targets: Iterable[Path]) -> None:
    """Raises click.UsageError where inputs are to be deleted and an output is not kept."""
    for target in targets:
        if not keeps(target):
            raise click.UsageError(f"--rm deletes inputs, and the output {target} is no file that stays")


def remove(path: Path) -> None:
    """Deletes an input that is done. Raises OutputError where that fails."""
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"cannot be deleted: {error.strerror or error}") from None


def read(path: Path, pictures: bool = False) -> bytes:
    """The bytes of a ``.vcm`` file, or of what comes on stdin; where ``pictures`` may be there, too, which
    are larger, all of what begins otherwise.

    Raises LimitError above the limit for files, before reading further; VcmError where the file
    cannot be read.
    """
    from vcmcodec.format.container import MAGIC

    limit = DEFAULT_LIMITS.file
    try:
        with nullcontext(standard_input()) if about(path) == STANDARD else path.open("rb") as file:
            data = file.read(limit + 1)
            if pictures and not data.startswith(MAGIC):
                return data + file.read()
    except OSError as error:
        raise VcmError(f"cannot be read: {error.strerror or error}") from None
    if len(data) > limit:
        raise LimitError(f"file is above the limit of {limit} bytes")
    return data


def write(path: Path, data: bytes, text: bool = False) -> None:
    """``data`` to a file, whole or not at all, or to stdout.

    Raises OutputError where it cannot be written, BrokenPipeError where nobody reads it any more, and
    click.UsageError where what is no ``text`` would go to a terminal.
    """
    if path != STANDARD:
        output.write(about(path), data)
        return
    if sys.stdout is None:
        raise OutputError("stdout is closed")
    stream = sys.stdout.buffer
    if stream.isatty() and not text:
        raise click.UsageError("this is no text for a terminal: -o names a file")
    with _reported():
        stream.write(data)
        stream.flush()


def plain(name: str) -> str:
    """A name from a stranger's file as a terminal may get it: what is not printable is escaped, as Python
    writes it."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in name)


def say(text: str) -> None:
    """A line on stdout. Raises as :func:`write`."""
    with _reported():
        click.echo(text)


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(error) from None


def unwritable(error: OSError) -> OutputError:
    """What is wrong with stdout, which is a terminal, a pipe, or a file of another's."""
    return OutputError(f"output cannot be written: {error.strerror or error}")


def free(path: Path, force: bool) -> None:
    """Checks that an output may be written to ``path``, before the work that it takes.

    Raises ExistsError where a file is there and ``force`` does not say to replace it, OutputError where
    there is no place for one.
    """
    if path == STANDARD:
        return
    output.check(path)
    if not force and path.is_file():
        raise ExistsError("is there already: --force replaces it")


def output_path(source: Path, chosen: Path | None, suffix: str) -> Path:
    """Where a verb writes: ``chosen``, else ``source`` with another ``suffix``.

    What comes on stdin goes to stdout. Raises click.UsageError where that is the input itself.
    """
    if STANDARD in (source, chosen):
        return chosen or STANDARD
    if chosen is None and is_stream(source):
        raise click.UsageError(f"{source} is a pipe: -o names the output")
    path = source.with_suffix(suffix) if chosen is None else chosen
    with suppress(OSError):  # what is wrong with the path shows when it is written
        if path.samefile(source):
            raise click.UsageError(f"the output {path} is the input")
    return path
