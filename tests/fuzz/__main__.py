"""The command: see the package."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fuzz import ROOT, SHARES


@click.command()
@click.argument("target", required=False, type=click.Choice([*SHARES]))
@click.option("--seconds", default=60, show_default=True, help="How long to search TARGET.")
@click.option("--decodes", default=0, help="Read so many hostile inputs of TARGET, or of all targets.")
@click.option("--worst", is_flag=True, help="Time the slowest files that are known.")
@click.option("--jobs", default=1, show_default=True, help="Processes for --decodes.")
@click.option("--seed", default=1, show_default=True, help="Another one gives other inputs.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=ROOT / "build" / "fuzz",
    help="Where inputs go that find something.  [default: build/fuzz]",
)
def main(
    target: str | None, seconds: int, decodes: int, worst: bool, jobs: int, seed: int, out: Path
) -> None:
    """Fuzz TARGET, guided by coverage where atheris is installed. Exit 1 where a bar is missed or something
    is found."""
    if worst:
        from fuzz.worst import report

        sys.exit(not report())
    if not target and not decodes:
        raise click.UsageError("name a target, or say --decodes or --worst")
    if not decodes:
        from fuzz.guided import search

        try:
            search(str(target), seconds, out)
        except ModuleNotFoundError as error:
            if error.name != "atheris":
                raise
            click.echo("no atheris: inputs are made without regard to coverage")
    from fuzz.hostile import Run

    shares = {target: 1} if target else SHARES
    run = Run(shares, seed, out, jobs=jobs, **({"count": decodes} if decodes else {}))
    run.go(float("inf") if decodes else seconds)
    sys.exit(not run.report())


if __name__ == "__main__":
    main()
