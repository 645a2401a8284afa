"""The group of verbs, and the one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from typing import Any

import click

from vcmcodec import OutputError, VcmError, __version__
from vcmcodec.cli import bench, decode, encode, info, svg
from vcmcodec.cli.files import subject

USAGE = 2
INTERNAL = 1
INTERRUPTED = 130


def _line(text: object) -> str:
    return " ".join(str(text).split())


def _say(ctx: click.Context | None, message: object) -> None:
    name = subject(ctx) if ctx is not None else None
    click.echo(_line(f"vcm: {name}: {message}" if name else f"vcm: {message}"), err=True)


class _Verbs(click.Group):
    """A group whose verbs end in an exit code, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except VcmError as error:
            _say(ctx, error)
            code = error.exit_code
        except KeyboardInterrupt:
            _say(None, "interrupted")
            code = INTERRUPTED
        except OSError as error:  # files have errors of their own: this is the terminal, or a pipe
            _say(None, f"output cannot be written: {error.strerror or error}")
            code = OutputError.exit_code
        except Exception as error:
            if os.environ.get("VCM_DEBUG"):
                traceback.print_exc()
            _say(ctx, f"internal error: {type(error).__name__}: {error}")
            code = INTERNAL
        ctx.exit(code)


@click.group(
    cls=_Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.version_option(__version__, prog_name="vcm", message="%(prog)s %(version)s")
@click.pass_context
def vcm(ctx: click.Context) -> None:
    """A face codec for people and machines: strokes, a few colours, and a generator.

    Exit codes: 0 done, 1 unreadable input or internal error, 2 usage, 3 not a picture, 4 not a valid
    .vcm file or SVG, 5 a newer or unknown format, 6 above a limit, 7 model missing or altered, 8 output
    cannot be written, 9 too few bytes for the picture, 130 interrupted. VCM_DEBUG=1 prints the traceback of
    an internal error.
    """
    if ctx.invoked_subcommand is None:
        raise click.UsageError(f"which of {', '.join(sorted(vcm.commands))}? See vcm --help")


for verb in (encode.encode, decode.decode, info.info, svg.svg, bench.bench):
    vcm.add_command(verb)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``vcm`` with ``arguments`` (None: the process's own); returns the exit code."""
    try:
        code = vcm.main(arguments, prog_name="vcm", standalone_mode=False)
    except click.ClickException as error:
        _say(None, error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say(None, "interrupted")
        return INTERRUPTED
    except OSError as error:  # help and version are written before any verb runs
        _say(None, f"output cannot be written: {error.strerror or error}")
        return OutputError.exit_code
    return int(code or 0)
