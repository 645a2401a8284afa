"""``vcm decode``: a ``.vcm`` file to a picture."""

from __future__ import annotations

from pathlib import Path

import click

import vcmcodec
from vcmcodec.cli import files, options


@click.command()
@options.source("FILE")
@options.output(".png")
@click.option("--base-only", is_flag=True, help="Decode from the strokes alone, as --colours 0 does.")
@options.colours("The most reference pixels to use.")
@click.option(
    "--device",
    type=click.Choice(["auto", "cuda", "cpu"]),
    default="auto",
    help="What runs the generator; auto is CUDA where it runs, else the CPU.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say on stderr what runs the generator.")
def decode(
    source: Path, output: Path | None, base_only: bool, colours: int | None, device: str, verbose: bool
) -> None:
    """Decode FILE to a picture of the size of the one that was encoded."""
    target = files.output_path(source, output, ".png")
    if base_only and colours:
        raise click.UsageError("--base-only and --colours exclude each other")
    from vcmcodec import picture

    if target.suffix.lower() not in picture.SUFFIXES:
        raise click.UsageError(f"the output {target} must end in one of {', '.join(picture.SUFFIXES)}")
    data = files.read(source)
    image = vcmcodec.decode(data, base_only=base_only, colours=colours, device=device)
    if verbose:
        click.echo(_runtime(data, device), err=True)
    picture.save(files.about(target), image)


def _runtime(data: bytes, device: str) -> str:
    from vcmcodec import generator

    model = vcmcodec.inspect(data).model
    return f"vcm: generator {model} ran on {generator.load(model, device).provider}"
