"""``vcm serve``: the codec over HTTP."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import click

from vcmcodec import DEFAULT_LIMITS, VcmError
from vcmcodec.cli import batch, options

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="Where to listen. Others than loopback let others in.",
)
@click.option("--port", type=options.Whole(0, 65535), default=8080, metavar="N", help="0: any that is free.")
@click.option(
    "--name",
    "names",
    multiple=True,
    metavar="HOST",
    help="A name that the server goes by, besides its address.",
)
@click.option("-j", "--jobs", type=options.Whole(1), metavar="N", help="Processes.  [default: one a core]")
@click.option("--queue", type=options.Whole(1), default=256, metavar="N", help="Requests that wait, at most.")
@click.option(
    "--limit-body", type=options.Whole(1), default=16 << 20, metavar="BYTES", help="Refuse longer requests."
)
@click.option(
    "--limit-pixels",
    type=options.Whole(1),
    default=1 << 24,
    metavar="N",
    help="Refuse pictures of more pixels.",
)
@click.option(
    "--page",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="A page to show: what `make web` made.",
)
def serve(
    host: str,
    port: int,
    names: tuple[str, ...],
    jobs: int | None,
    queue: int,
    limit_body: int,
    limit_pixels: int,
    page: Path | None,
) -> None:
    """Encode and decode over HTTP, for this machine alone unless --host says otherwise.

    POST a picture to /encode, a .vcm file to /decode or /info, a form of two faces to /match; GET /health.
    Errors are JSON with the cause's exit code. Prints the address when it is ready, and goes on until it is
    interrupted.
    """
    try:
        import uvicorn

        from vcmcodec.serve import app
    except ModuleNotFoundError as error:
        raise click.UsageError(f"needs {error.name}: pip install 'vcmcodec[serve]'") from None
    settings = app.Settings(
        workers=jobs or batch.cores(),
        queue=queue,
        body=limit_body,
        limits=replace(DEFAULT_LIMITS, pixels=min(limit_pixels, DEFAULT_LIMITS.pixels)),
        hosts=(*LOOPBACK, *names, f"[{host}]" if ":" in host else host),
        page=page,
    )
    listener = _listener(host, port)
    address = listener.getsockname()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if not self.should_exit:
                shown = f"[{address[0]}]" if ":" in address[0] else address[0]
                click.echo(f"http://{shown}:{address[1]}/")

    Server(uvicorn.Config(app.application(settings), **app.options_of(settings))).run([listener])


def _listener(host: str, port: int) -> socket.socket:
    """Raises VcmError where nobody can listen there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        raise VcmError(f"cannot listen at {host} port {port}: {error.strerror or error}") from None
