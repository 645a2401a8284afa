"""The application: a page, and what requests may ask for.

=================  ===============================================================================
``POST /encode``   a picture that Pillow reads; ``?preset=``, ``bytes=``, ``bpp=``, ``quality=``,
                   ``detail=``, ``colours=``, ``scheme=``, ``size=``, ``face=``, ``place=``, as ``vcm encode``
                   has them, but for ``face=all``; answers a ``.vcm`` file
``POST /decode``   a ``.vcm`` file; ``?realism=0..1``, ``preview=1``; answers a PNG
``POST /info``     a ``.vcm`` file; answers what ``vcm info --json`` prints, without the file's name
``POST /match``    two faces, ``.vcm`` files or pictures, as the files ``a`` and ``b`` of a multipart form;
                   ``?far=``, as ``vcm match`` has it; answers what ``vcm match --json`` prints, without names
``GET /health``    version, and how long the queue is
``GET /``          the page, where there is one
=================  ===============================================================================

Errors are JSON: ``error``, the kind; ``message``, one line; ``exit_code``, that of the command line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import vcmcodec
from vcmcodec.errors import (
    BudgetError,
    FormatError,
    LimitError,
    ModelError,
    PictureError,
    VcmError,
)
from vcmcodec.limits import Limits
from vcmcodec.matching import Face
from vcmcodec.serve import forms, jobs, questions
from vcmcodec.serve.pool import Busy, Pool

SECONDS = 30
"""For a body to arrive."""

STATUS: dict[type[VcmError], int] = {
    Busy: 503,
    LimitError: 413,
    PictureError: 415,
    FormatError: 422,
    ModelError: 422,
    BudgetError: 422,
}
"""What causes are in HTTP; 500 for any other."""

ISOLATED = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""A page of these may run the generator on several threads, and nobody else may use what it gets."""


@dataclass(frozen=True)
class Settings:
    """``workers``: processes. ``queue``: requests that wait or are worked on, at most. ``body``: bytes of a
    request, at most. ``hosts``: names that the server goes by. ``page``: a folder that ``make web`` made."""

    workers: int
    queue: int
    body: int
    limits: Limits
    hosts: tuple[str, ...]
    page: Path | None = None


def application(settings: Settings) -> Starlette:
    """The ASGI application."""
    pool = Pool(settings.workers, settings.queue)
    endpoints = _Endpoints(pool, settings)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            pool.stop()

    routes: list[BaseRoute] = [
        Route("/encode", endpoints.encode, methods=["POST"]),
        Route("/decode", endpoints.decode, methods=["POST"]),
        Route("/info", endpoints.info, methods=["POST"]),
        Route("/match", endpoints.match, methods=["POST"]),
        Route("/health", endpoints.health),
    ]
    if settings.page is not None:
        routes.append(Mount("/", StaticFiles(directory=settings.page, html=True)))
    return Starlette(
        routes=routes,
        lifespan=life,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts), www_redirect=False),
            Middleware(_Guard),
        ],
        exception_handlers={
            VcmError: _failed,
            questions.Misused: _misused,
            HTTPException: _refused,
            Exception: _fault,
        },
    )


class _Guard:
    """Headers for all answers; pages of other origins may not ask anything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] += [
                    (name.lower().encode(), value.encode()) for name, value in ISOLATED.items()
                ]
            await send(message)

        if scope["type"] == "http":
            headers = dict(scope["headers"])
            origin = headers.get(b"origin", b"").decode("latin-1")
            if origin and urlsplit(origin).netloc != headers.get(b"host", b"").decode("latin-1"):
                answer = _problem(403, "OriginError", "a page of another origin asks", 2)
                await answer(scope, receive, marked)
                return
        await self._app(scope, receive, marked)


class _Endpoints:
    def __init__(self, pool: Pool, settings: Settings) -> None:
        self._pool, self._settings = pool, settings

    async def encode(self, request: Request) -> Response:
        goal = questions.goal(request.query_params)
        with self._pool.place():
            data = await self._body(request)
            coded = await self._pool.work(jobs.encode, data, self._settings.limits, goal)
        return Response(coded, media_type="image/x-vcm")

    async def decode(self, request: Request) -> Response:
        look = questions.look(request.query_params)
        with self._pool.place():
            data = await self._body(request)
            found = await self._pool.work(jobs.decode, data, self._settings.limits, look)
            if not isinstance(found, bytes):
                found = await self._pool.render(jobs.render, found, look)
        return Response(found, media_type="image/png")

    async def info(self, request: Request) -> Response:
        questions.none(request.query_params)
        data = await self._body(request)
        return JSONResponse(questions.described(data, self._settings.limits))

    async def match(self, request: Request) -> Response:
        far = questions.far(request.query_params)
        with self._pool.place():
            data = await self._body(request)
            one, other = [await self._face(part) for part in await forms.files(request, data, ("a", "b"))]
        return JSONResponse(questions.compared(vcmcodec.compared(one, other, far), far))

    async def _face(self, data: bytes) -> Face:
        found = await self._pool.work(jobs.face, data, self._settings.limits)
        if isinstance(found, Face):
            return found
        picture = await self._pool.render(jobs.rendered, found)
        return await self._pool.work(jobs.rendered_face, picture)

    async def health(self, request: Request) -> Response:
        return JSONResponse(
            {
                "codec": "vcm",
                "version": vcmcodec.__version__,
                "queued": self._pool.taken,
                "queue": self._settings.queue,
            }
        )

    async def _body(self, request: Request) -> bytes:
        """A request's body. Raises LimitError where it is too long, before it is read where it says so."""
        most = self._settings.body
        declared = request.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise LimitError(f"a body of {declared} bytes is above the limit of {most}")
        try:
            return await asyncio.wait_for(_all(request, most), SECONDS)
        except asyncio.TimeoutError:
            raise HTTPException(408, f"the body did not arrive in {SECONDS} seconds") from None
        except ClientDisconnect:
            raise HTTPException(400, "the client went away") from None


async def _all(request: Request, most: int) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise LimitError(f"the body is above the limit of {most} bytes")
    return bytes(data)


def _problem(status: int, error: str, message: str, exit_code: int) -> JSONResponse:
    headers = {"Retry-After": "1"} if status == 503 else {}
    return JSONResponse(
        {"error": error, "message": " ".join(message.split()), "exit_code": exit_code}, status, headers
    )


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, VcmError)
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)
    return _problem(status, type(error).__name__, str(error), error.exit_code)


async def _misused(request: Request, error: Exception) -> Response:
    return _problem(400, "UsageError", str(error), 2)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code, "HTTPError", error.detail, 2)


async def _fault(request: Request, error: Exception) -> Response:
    return _problem(500, type(error).__name__, "internal error", 1)


def options_of(settings: Settings) -> dict[str, Any]:
    """Settings of uvicorn besides the application."""
    return {
        "log_level": "warning",
        "access_log": False,
        "limit_concurrency": None,
        "h11_max_incomplete_event_size": 16384,
        "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 5,
        "server_header": False,
    }
