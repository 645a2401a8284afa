"""Measures on a GPU how near the generator's pictures are to the CPU's, how many faces it decodes a second,
and how many pictures a second training sees.

``python -m vcmcodec.bench.studies.gpu FILE.vcm --recipe FILE --pack FOLDER --val FOLDER --loss-networks FILE
--into FILE``

Where there is no GPU it measures the CPU alone, says so, and writes no document.
"""

from __future__ import annotations

import platform
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import numpy as np

import vcmcodec
from vcmcodec.bench.report import table
from vcmcodec.bench.studies import throughput
from vcmcodec.io import output
from vcmcodec.render import generator

BATCHES = (1, 16, 64)

CUDA = "CUDAExecutionProvider"

SHARE = 0.999
"""Samples that must be within the tolerance of the CPU's (spec/FORMAT.md, section "Generator")."""

MINUTES = 2.0
"""Minutes of training that are timed."""

SPEED = re.compile(r"^\d+ pictures [\d.]+min ([\d.]+)/s ", re.MULTILINE)


def decoding(data: bytes, device: str, rounds: int) -> tuple[str, list[table.Row]]:
    """What runs the generator of a file on ``device``, and its figures.

    Raises ModelError where it does not run there.
    """
    header, scene = vcmcodec.decode_scene(data)
    network = generator.load(header.model, device)
    rows = []
    for batch in BATCHES:
        inputs = network.contract.inputs([scene] * batch, 1.0)
        rate = throughput.rate(network, inputs, rounds)
        rows.append(table.Row(f"faces a second, batches of {batch}", rate, "{:.1f}"))
    if network.provider == CUDA:
        inputs = network.contract.inputs([scene], 1.0)
        cpu = generator.load(header.model, "cpu").run_on(inputs)
        share = throughput.agreement(network.run_on(inputs), cpu)
        what = f"samples within {throughput.TOLERANCE} levels of the CPU's"
        rows.append(table.Row(what, share, "{:.3f} %", 100, SHARE, True))
    return network.provider, rows


def training(recipe: Path, pack: Path, val: Path, loss_networks: Path, device: str, minutes: float) -> float:
    """Pictures a second that training sees, by its own log.

    Raises click.ClickException where training fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vcmcodec.train.generator.training", "--recipe", recipe]
        command += ["--data", pack, "--val", val, "--loss-networks", loss_networks, "--out", folder]
        command += ["--device", device, "--stop-after", str(minutes), "--watched", "1"]
        run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    speeds = [float(speed) for speed in SPEED.findall(run.stdout)]
    if run.returncode or not speeds:
        raise click.ClickException(f"training printed no speed: {run.stderr.strip()[-300:]}")
    return statistics.median(speeds[1:] or speeds)  # the first has the start-up in it


def name_of_gpu() -> str | None:
    """The name of the GPU, None where there is none."""
    try:
        command = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
        run = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return None
    return run.stdout.strip().splitlines()[0] if run.returncode == 0 and run.stdout.strip() else None


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option("--recipe", type=_FILE)
@click.option(
    "--pack", type=click.Path(path_type=Path), help="A training pack; without it nothing is trained."
)
@click.option("--val", type=click.Path(path_type=Path))
@click.option("--loss-networks", type=click.Path(path_type=Path))
@click.option("--minutes", default=MINUTES, show_default=True, help="That training is watched for.")
@click.option("--rounds", default=throughput.ROUNDS, show_default=True)
@click.option("--into", type=click.Path(dir_okay=False, path_type=Path), help="The document to write.")
def main(
    file: Path,
    recipe: Path | None,
    pack: Path | None,
    val: Path | None,
    loss_networks: Path | None,
    minutes: float,
    rounds: int,
    into: Path | None,
) -> None:
    """Measure what FILE's generator, and training, do on the GPU."""
    gpu = name_of_gpu()
    data = file.read_bytes()
    parts = []
    for device in ("cuda", "cpu") if gpu else ("cpu",):
        provider, rows = decoding(data, device, rounds)
        needed = (recipe, pack, val, loss_networks)
        if all(path is not None and path.exists() for path in needed):
            assert recipe and pack and val and loss_networks
            speed = training(recipe, pack, val, loss_networks, device, minutes)
            rows.append(table.Row("pictures a second in training", speed, "{:.2f}"))
        else:
            rows.append(table.Row("pictures a second in training", None, "{:.2f}"))
        parts.append((f"{provider}, {gpu if device == 'cuda' else platform.processor() or 'CPU'}", rows))
    for title, rows in parts:
        click.echo(f"{title}\n{table.plain(row.cells() for row in rows)}\n")
    if gpu is None:
        click.echo("no GPU here: the CPU alone was measured, and no document is written")
    elif into is not None:
        text = "\n".join(
            f"## {title}\n\n| what | measured | bar | |\n|---|---|---|---|\n"
            + "".join(f"| {' | '.join(row.cells())} |\n" for row in rows)
            for title, rows in parts
        )
        versions = f"numpy {np.__version__}, Python {platform.python_version()}"
        head = f"# On a GPU\n\nWritten by `make gpu`: {versions}.\n\n"
        output.write(into, (head + text).encode())


if __name__ == "__main__":
    main()
