"""The group of verbs, and the one place where errors become a line on stderr and an exit code."""

from __future__ import annotations

import importlib
import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Any

import click

from vcmcodec import OutputError, VcmError, __version__
from vcmcodec.cli import fault
from vcmcodec.cli.files import line, subject, unwritable

VERBS = (
    "bench",
    "check",
    "compare",
    "completion",
    "cut",
    "decode",
    "encode",
    "find",
    "index",
    "info",
    "layers",
    "match",
    "qr",
    "serve",
    "strokes",
    "svg",
)
"""Each is a module beside this one with a command of its name, loaded when it runs."""

USAGE = 2
INTERRUPTED = 130


class _Terminated(KeyboardInterrupt):
    """The process is to end: it does so as when it is interrupted, and leaves nothing half-written."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated(number)


def _heed_termination() -> None:
    """Lets SIGTERM and SIGHUP end the process in order, as an interrupt does; not where a program that uses
    this as a library handles them already."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _terminate)


def _stopped(stop: BaseException) -> int:
    """Says on stderr that the verb was interrupted or terminated; returns the exit code."""
    terminated = isinstance(stop, _Terminated)
    _say(None, "terminated" if terminated else "interrupted")
    return 128 + int(stop.args[0]) if terminated else INTERRUPTED


def _say(ctx: click.Context | None, message: object) -> None:
    click.echo(line(subject(ctx) if ctx is not None else None, message), err=True)


class _Verbs(click.Group):
    """A group whose verbs end in an exit code, never in a traceback; running one loads no other."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        found: click.Command = getattr(importlib.import_module(f"vcmcodec.cli.{cmd_name}"), cmd_name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except VcmError as error:
            _say(ctx, error)
            code = error.exit_code
        except KeyboardInterrupt as stop:
            code = _stopped(stop)
        except OSError as error:  # files have errors of their own: this is the terminal, or a pipe
            _say(None, unwritable(error))
            code = OutputError.exit_code
        except Exception as error:
            _say(ctx, fault.line(error))
            code = fault.EXIT_CODE
        ctx.exit(code)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Prints versions of the program and the format, the generators there are, and what runs them."""
    if not value or ctx.resilient_parsing:
        return
    from vcmcodec.format.container import VERSION
    from vcmcodec.models import session, store

    click.echo(f"vcm {__version__}")
    click.echo(f"format {VERSION}")

    def generators() -> str:
        return f"generators {' '.join(map(str, store.generators()))}"

    for what in (generators, session.runtime):
        try:
            click.echo(what())
        except VcmError as error:
            click.echo(str(error))
    ctx.exit()


@click.group(
    cls=_Verbs,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Say what this is."
)
@click.pass_context
def vcm(ctx: click.Context) -> None:
    """A face codec for people and machines: the face in 300 bytes is that person.

    Exit codes: 0 done, 1 unreadable input or internal error, 2 usage, 3 not a picture, 4 not a valid
    .vcm file or SVG, 5 a newer or unknown format, 6 above a limit, 7 model missing or altered, 8 output
    cannot be written, 9 too few bytes for the picture, 10 output there already, 11 an error of vcm match that
    has no other code, 130 interrupted, 143 terminated. VCM_DEBUG=1 prints the traceback of an internal error.
    VCM_MODELS names another folder of models, with their list: it is trusted.
    """
    if ctx.invoked_subcommand is None:
        raise click.UsageError(f"which of {', '.join(VERBS)}? See vcm --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``vcm`` with ``arguments`` (None: the process's own); returns the exit code."""
    _heed_termination()
    try:
        code = vcm.main(arguments, prog_name="vcm", standalone_mode=False)
    except click.ClickException as error:
        _say(None, error.format_message())
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as stop:
        return _stopped(stop)
    except OSError as error:  # help and version are written before any verb runs
        _say(None, unwritable(error))
        return OutputError.exit_code
    return int(code or 0)
