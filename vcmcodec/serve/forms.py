"""Files in a form, as ``curl -F a=@one.vcm -F b=@other.jpg`` sends them."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from vcmcodec.serve.questions import Misused


async def files(request: Request, body: bytes, names: tuple[str, ...]) -> list[bytes]:
    """The files that a multipart form holds by ``names``, in their order. ``body``: what the request sent,
    of a length that was checked; the parser writes parts to disk.

    Raises Misused where the body is no such form or holds other fields; starlette's HTTPException where it is
    damaged.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise Misused(f"send a form (multipart/form-data) of files named {' and '.join(names)}")

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async with Request(request.scope, receive).form(max_files=len(names), max_fields=0) as form:
        if sorted(form) != sorted(names):
            raise Misused(f"the form must hold files named {' and '.join(names)}")
        found = []
        for name in names:
            part = form[name]
            assert isinstance(part, UploadFile)  # max_fields
            found.append(await part.read())
    return found
