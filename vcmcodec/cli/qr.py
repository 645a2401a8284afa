"""``vcm qr``: a face in a QR code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import vcmcodec
from vcmcodec.cli import files, options, remarks
from vcmcodec.io import picture_warnings


def _symbol(ctx: click.Context, param: click.Parameter, value: str) -> str:
    from vcmcodec.interop import qr

    try:
        qr.symbol_of(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None
    return value.upper()


@click.command()
@options.source("PICTURE|FILE")
@options.output(".card.png")
@options.force
@click.option(
    "--symbol",
    default="20-M",
    metavar="VERSION-LEVEL",
    callback=_symbol,
    help="Size and error correction: 10-M holds 213 bytes, 20-M 666, 30-M 1370.",
)
@click.option("--scale", type=options.Whole(1, 64), default=8, metavar="N", help="Pixels a module is wide.")
@click.option(
    "--face",
    default="auto",
    metavar="WHICH",
    callback=options.face,
    help="Of a picture: as of vcm encode, but not all.",
)
@click.option(
    "--preset",
    type=click.Choice(["micro", "tiny", "small", "normal", "fine"]),
    help="Of a picture: take no more than that.  [default: all that the symbol holds]",
)
def qr(
    source: Path,
    output: Path | None,
    force: bool,
    symbol: str,
    scale: int,
    face: str,
    preset: str | None,
) -> None:
    """Write the face on PICTURE, or a .vcm FILE, as a QR code, which vcm decode reads, photographed and
    turned, too.

    A picture is encoded into the bytes that the symbol holds, without the place of the crop.
    """
    from vcmcodec.format.container import MAGIC
    from vcmcodec.interop import qr as codes

    if face == "all":
        raise click.UsageError(
            "--face all makes several files, and a QR code holds one: --face N names a face"
        )
    most = codes.capacity(symbol)
    target = files.output_path(source, output, ".card.png")
    if target != files.STANDARD and target.suffix.lower() != ".png":
        raise click.UsageError(f"the output {target} must end in .png")
    files.free(files.about(target), force)
    files.about(source)
    said: list[str] = []
    if source.suffix.lower() == ".vcm":
        data = files.read(source)
        if not data.startswith(MAGIC):
            raise vcmcodec.FormatError("not a vcm file: wrong magic", offset=0)
    else:
        goal: dict[str, Any] = {"preset": preset} if preset else {"bytes": most}
        with picture_warnings.caught() as notes:
            taken = remarks.whole(source) if face == "whole" else files.picture(source)
            made = vcmcodec.encode_faces(taken, face=face, place=False, **goal)
        data = made[0].data
        said += [*(f"warning: {note}" for note in notes), *remarks.coded(made, face)]
    files.write(target, codes.write(data, symbol, scale))
    side = 17 + 4 * codes.symbol_of(symbol)[0] + 2 * codes.BORDER
    said.append(f"{len(data)} of {most} bytes, symbol {symbol}, {side * scale} x {side * scale} pixels")
    for note in said:
        click.echo(files.line(source, note), err=True)
