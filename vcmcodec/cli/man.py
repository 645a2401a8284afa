"""The manual page: help texts, and what they have no room for.

``python -m vcmcodec.cli.man docs/vcm.1``
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from pathlib import Path

import click

from vcmcodec import __version__
from vcmcodec.cli.app import vcm
from vcmcodec.io import output

DESCRIPTION = (
    "vcm finds the face on a photograph, crops it, and writes a .vcm file of some hundred bytes; and makes a"
    " picture of such files again. A file is a list of layers, and may be cut after any of them.",
    "bpp is bits of the whole file per pixel of the picture in it, which is that of the crop where there is"
    " one, whatever --size says; where a layer's or a cut's bpp is printed, it is that part of the file over"
    " the same pixels. Presets are bytes in proportion to the canvas, whose longest side --size gives.",
    "Outputs that are there already are replaced with --force alone. An error is one line on standard error"
    " that names the file; of several files the others are done, and the exit status is that of the first.",
)

EXAMPLES = (
    ("vcm encode photo.jpg", "The largest face, in at most 409 bytes: photo.vcm."),
    (
        "vcm encode photo.jpg --bytes 300 --face all",
        "A file for each face: photo-1.vcm, photo-2.vcm and so on.",
    ),
    ("vcm decode photo.vcm -o face.png", "A picture as large as the crop."),
    ("vcm decode photo-1.vcm photo-2.vcm --onto photo.jpg -o back.png", "Faces back into their photograph."),
    (
        "vcm encode photo.jpg --scheme strokes --size 512 -o drawing.vcm",
        "Strokes and colours on a larger canvas.",
    ),
    ("vcm cut photo.vcm --bytes 130 -o small.vcm", "Fewer layers, without decoding."),
    ("vcm info photo.vcm --json", "Sizes, layers, where the crop lay."),
    ("vcm decode --preview -o - photo.vcm --format png > soft.png", "The texture alone, without a network."),
    ("vcm encode photos/ -r -o files/ --skip-existing", "A tree, by all cores, going on where one stopped."),
)
"""Commands, and what each is for; the tests run them."""

ENVIRONMENT = (
    ("VCM_MODELS", "Another folder of models, with their list models.json: it is trusted."),
    ("VCM_DEBUG", "If set, an internal error prints its traceback."),
)


def _plain(text: str) -> str:
    """A text as roff has it: backslashes, hyphens, and no line that begins as a request does."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line[:1] in ".'" else line for line in escaped.splitlines())


def _paragraphs(text: str | None) -> list[str]:
    parts = inspect.cleandoc(text or "").split("\n\n")
    return [line for part in parts for line in (".PP", _plain(" ".join(part.split())))][1:]


def _terms(terms: Iterable[tuple[str, str]]) -> list[str]:
    """Terms, each with a text of its own."""
    return [line for term, text in terms for line in (".TP", f"\\fB{_plain(term)}\\fR", _plain(text))]


def _options(command: click.Command, ctx: click.Context) -> list[str]:
    records = (option.get_help_record(ctx) for option in command.get_params(ctx))
    return _terms((name, " ".join(text.split())) for name, text in filter(None, records) if text)


def exit_codes() -> list[tuple[str, str]]:
    """Exit codes and what they mean, as ``vcm --help`` says."""
    text = " ".join((vcm.help or "").split())
    (listed,) = re.findall(r"Exit codes: (.*?)\. [A-Z]", text)
    return [
        (code, f"{meaning[:1].upper()}{meaning[1:]}.")
        for code, meaning in re.findall(r"(\d+) (.*?)(?:, (?=\d)|$)", listed)
    ]


def page() -> str:
    """The page in roff."""
    top = click.Context(vcm, info_name="vcm", **vcm.context_settings)
    name = _paragraphs(vcm.help)[0]
    lines = [
        f'.TH VCM 1 "" "vcmcodec {__version__}" "User Commands"',
        ".SH NAME",
        f"vcm \\- {name.rstrip('.')}",
    ]
    lines += [".SH SYNOPSIS", ".B vcm", "VERB [OPTIONS] FILE..."]
    lines += [".SH DESCRIPTION", *_paragraphs("\n\n".join(DESCRIPTION)), *_options(vcm, top), ".SH VERBS"]
    for verb in vcm.list_commands(top):
        command = vcm.get_command(top, verb)
        assert command is not None
        ctx = click.Context(command, info_name=verb, parent=top, **vcm.context_settings)
        usage = " ".join(command.collect_usage_pieces(ctx))
        lines += [f".SS {_plain(f'vcm {verb} {usage}')}", *_paragraphs(command.help), *_options(command, ctx)]
    lines += [".SH EXAMPLES", *_terms(EXAMPLES)]
    lines += [".SH EXIT STATUS", *_terms(exit_codes())]
    lines += [".SH ENVIRONMENT", *_terms(ENVIRONMENT)]
    lines += [".SH SEE ALSO", _plain("docs/use.md and docs/troubleshooting.md; spec/FORMAT.md, the format.")]
    return "\n".join(lines) + "\n"


@click.command()
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def main(path: Path) -> None:
    """Write the manual page to PATH."""
    output.write(path, page().encode())


if __name__ == "__main__":
    main()
