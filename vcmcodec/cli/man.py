"""The manual page, made of the help texts.

``python -m vcmcodec.cli.man docs/vcm.1``
"""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from vcmcodec import __version__
from vcmcodec.cli.app import vcm
from vcmcodec.io import output


def _plain(text: str) -> str:
    """A text as roff has it: backslashes, hyphens, and no line that begins as a request does."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in ".'" else line for line in escaped.splitlines())


def _paragraphs(text: str | None) -> list[str]:
    parts = inspect.cleandoc(text or "").split("\n\n")
    return [line for part in parts for line in (".PP", _plain(" ".join(part.split())))][1:]


def _options(command: click.Command, ctx: click.Context) -> list[str]:
    lines = []
    for option in command.get_params(ctx):
        record = option.get_help_record(ctx)
        if record is not None and record[1]:
            lines += [".TP", f"\\fB{_plain(record[0])}\\fR", _plain(" ".join(record[1].split()))]
    return lines


def page() -> str:
    """The page in roff."""
    top = click.Context(vcm, info_name="vcm", **vcm.context_settings)
    name, *rest = _paragraphs(vcm.help)
    lines = [
        f'.TH VCM 1 "" "vcmcodec {__version__}" "User Commands"',
        ".SH NAME",
        f"vcm \\- {name.rstrip('.')}",
    ]
    lines += [".SH SYNOPSIS", ".B vcm", "VERB [OPTIONS] FILE..."]
    lines += [".SH DESCRIPTION", *rest[1:], *_options(vcm, top), ".SH VERBS"]
    for verb in vcm.list_commands(top):
        command = vcm.get_command(top, verb)
        assert command is not None
        ctx = click.Context(command, info_name=verb, parent=top, **vcm.context_settings)
        usage = " ".join(command.collect_usage_pieces(ctx))
        lines += [f".SS {_plain(f'vcm {verb} {usage}')}", *_paragraphs(command.help), *_options(command, ctx)]
    return "\n".join(lines) + "\n"


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def main(path: Path) -> None:
    """Write the manual page to PATH."""
    output.write(path, page().encode())


if __name__ == "__main__":
    main()
