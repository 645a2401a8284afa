"""Arguments and options that verbs share, each declared once."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import click

from vcmcodec.cli import files

Verb = TypeVar("Verb", bound=Callable[..., Any])


class Colours(click.ParamType):  # type: ignore[type-arg]
    """A number of reference pixels; ``all`` is None."""

    name = "N|all"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | None:
        if value == "all":
            return None
        try:
            number = int(value)
        except ValueError:
            number = -1
        if number < 0:
            self.fail(f"{value!r} is neither a number from 0 nor 'all'", param, ctx)
        return number


class Whole(click.IntRange):
    """A whole number in a range."""

    name = "whole number"  # what click says that other texts are not


class Unbounded(click.types.IntParamType):
    """Any whole number."""

    name = Whole.name


class Number(click.FloatRange):
    """A number in a range, which NaN is not."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a valid number.", param, ctx)
        return number


def source(kind: str, name: str = "source") -> Callable[[Verb], Verb]:
    """The argument FILE: an existing ``kind``, given to the verb as ``name``."""
    return click.argument(
        name,
        metavar=kind,
        type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path),
    )


def sources(kind: str) -> Callable[[Verb], Verb]:
    """Arguments that are files or folders, called ``kind`` in the help, and those that ``--filelist`` names;
    given to the verb as ``sources``."""

    def both(verb: Verb) -> Verb:
        @functools.wraps(verb)
        def with_list(sources: tuple[str, ...], filelist: str | None, **more: Any) -> Any:
            names = [*sources, *(listed(filelist) if filelist else ())]
            if not names:
                raise click.UsageError(f"which {kind.rstrip('.')}?")
            return verb(sources=tuple(map(files.source_of, names)), **more)

        argument = click.argument("sources", metavar=kind, nargs=-1, type=str)
        option = click.option(
            "--filelist", metavar="FILE", help="Take the names in FILE, too, one a line; - is stdin."
        )
        return cast(Verb, argument(option(with_list)))

    return both


def listed(name: str) -> list[str]:
    """The names in a file, one per line.

    Raises VcmError where it cannot be read.
    """
    text = files.read(files.source_of(name)).decode(sys.getfilesystemencoding(), "surrogateescape")
    return [line for line in text.splitlines() if line]


def remove(verb: Verb) -> Verb:
    """The option ``--rm``."""
    return click.option(
        "--rm",
        "remove",
        is_flag=True,
        help="Delete each input once its output is written, a file that stays; not a picture of which only a"
        " part was coded.",
    )(verb)


def face(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """The value of ``--face``. Raises click.BadParameter for none such."""
    from vcmcodec.encoder import face_choice

    try:
        face_choice.check(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    return value


def limits(verb: Verb) -> Verb:
    """The option ``--limit-pixels``, given to the verb as ``limits``."""
    from vcmcodec import DEFAULT_LIMITS

    return click.option(
        "--limit-pixels",
        "limits",
        type=Whole(1),
        metavar="N",
        callback=lambda ctx, param, value: replace(DEFAULT_LIMITS, pixels=value),
        default=DEFAULT_LIMITS.pixels,
        help="Refuse pictures of more pixels.",
    )(verb)


def force(verb: Verb) -> Verb:
    """The option ``--force``."""
    return click.option("-f", "--force", is_flag=True, help="Replace outputs that are there.")(verb)


def recursive(verb: Verb) -> Verb:
    """The option ``-r``."""
    return click.option("-r", "--recursive", is_flag=True, help="Take all files below folders.")(verb)


def skip_existing(verb: Verb) -> Verb:
    """The option ``--skip-existing``."""
    return click.option(
        "--skip-existing",
        is_flag=True,
        help="Leave files alone whose output is there: to go on where one stopped.",
    )(verb)


def quiet(verb: Verb) -> Verb:
    """The option ``-q``."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress bar and no warnings, but errors.")(
        verb
    )


def outputs(default: str) -> Callable[[Verb], Verb]:
    """The option ``-o`` of verbs that take many files, given to the verb as ``output``, a
    :class:`vcmcodec.cli.files.Output`; None where it is missing."""
    return click.option(
        "-o",
        "--output",
        metavar="FILE|FOLDER",
        type=str,
        callback=lambda ctx, param, value: None if value is None else files.output_of(value),
        help="A file, - for stdout, or a folder; one that ends in / is made."
        f"  [default: the input's name, ending in {default}]",
    )


def output(default: str) -> Callable[[Verb], Verb]:
    """The option ``-o``, given to the verb as ``output``; None where it is missing."""
    return click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help=f"Where to write. [default: the input's name, ending in {default}]",
    )


def colours(help: str) -> Callable[[Verb], Verb]:
    """The option ``--colours``, given to the verb as a number or None for all."""
    return click.option("--colours", type=Colours(), metavar="N|all", default="all", help=help)


def _canvas_side(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    from vcmcodec.format.canvas import CANVAS_UNIT
    from vcmcodec.limits import MAX_CANVAS

    if value is not None and (value % CANVAS_UNIT or not CANVAS_UNIT <= value <= MAX_CANVAS):
        raise click.BadParameter(f"{value} is not a multiple of {CANVAS_UNIT} up to {MAX_CANVAS}", ctx, param)
    return value


def size(help: str, default: int | None = 256) -> Callable[[Verb], Verb]:
    """The option ``--size``, given to the verb as a canvas side in pixels."""
    return click.option(
        "--size", type=Unbounded(), default=default, metavar="PIXELS", callback=_canvas_side, help=help
    )


def dask(verb: Verb) -> Verb:
    """The option ``--dask``, given to the verb as ``dask``."""
    return click.option(
        "--dask",
        metavar="ADDRESS",
        help="Let workers of the scheduler there do it, or of this machine: local. Files may be URLs.",
    )(verb)


def none_elsewhere(
    sources: Sequence[Path | str], output: files.Output | None, jobs: int | None = None
) -> None:
    """Raises click.UsageError for a URL, which only a cluster reaches, and for ``--jobs`` of verbs that
    have them with a cluster alone."""
    if jobs is not None:
        raise click.UsageError("-j is for --dask local")
    for place in (*sources, output.name if output else ""):
        if "://" in str(place) and isinstance(place, str):
            raise click.UsageError(f"{place} is a URL: --dask takes those")
