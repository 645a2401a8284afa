"""``vcm match``: whether two faces are one person's."""

from __future__ import annotations

import json
from pathlib import Path

import click

import vcmcodec
from vcmcodec import VcmError
from vcmcodec.cli import broken_off, fault, files, options

DIFFERENT = 1
FAILED = 11
"""Exit code of errors that have none of their own, since 1 means another person."""


@click.command()
@options.source("A", "one")
@options.source("B", "other")
@click.option(
    "--far",
    type=options.Number(1e-6, 1),
    default=1e-3,
    metavar="X",
    help="Take faces for one person's where at most this share of strangers' pairs would be.",
)
@options.limits
@options.quiet
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def match(
    ctx: click.Context,
    one: Path,
    other: Path,
    far: float,
    limits: vcmcodec.Limits,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say whether A and B show one person: .vcm files and pictures, in any mix.

    Features are read out of .vcm files without decoding them; of pictures, and of files without a feature,
    the face is looked for. Prints the cosine of both features, and its false accept rate: the share of
    pairs of strangers, alike in age and origin, whose cosine is as high. Exit code 0: taken for the same
    person; 1: not; 11: an error that has no exit code of its own. A file that breaks off is read as far as
    its layers are whole, with a warning.
    """
    if files.STANDARD in (one, other) and one == other:
        raise click.UsageError("- stands for one of both")
    try:
        first, second = (
            vcmcodec.face(broken_off.taken(path, limits, quiet), limits=limits) for path in (one, other)
        )
        found = vcmcodec.compared(first, second, far)
    except VcmError as error:
        if error.exit_code != DIFFERENT:
            raise
        _fail(ctx, str(error))
    except Exception as error:
        _fail(ctx, fault.line(error))
    if as_json:
        named = zip((one, other), found.sources)
        row = {
            "cosine": round(found.cosine, 4),
            "far": found.far,
            "same": found.same,
            "limit": far,
            "faces": [{"file": str(path), "source": source} for path, source in named],
        }
        click.echo(json.dumps(row, indent=2))
    else:
        click.echo(f"{'same' if found.same else 'different'}: cosine {found.cosine:.3f}, ", nl=False)
        click.echo(f"false accept rate {found.far:.2g} ({' and '.join(found.sources)})")
    ctx.exit(0 if found.same else DIFFERENT)


def _fail(ctx: click.Context, reason: str) -> None:
    click.echo(files.line(files.subject(ctx), reason), err=True)
    ctx.exit(FAILED)
