"""``vcm serve``, as a process of its own, asked over a socket."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image
from portrait import file, portrait
from repository import VECTORS

import vcmcodec
from vcmcodec.format import container
from vcmcodec.format.container import Header

pytest.importorskip("starlette", reason="needs the extra serve")
pytest.importorskip("uvicorn", reason="needs the extra serve")


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Server(NamedTuple):
    port: int
    process: subprocess.Popen[str]

    def ask(self, path: str, body: bytes | None = None, content_type: str = "", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with_dashes = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type:
            with_dashes["Content-Type"] = content_type
        connection.request("GET" if body is None else "POST", path, body, with_dashes)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.headers), answer.read())


@contextmanager
def serving(*options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "vcmcodec", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", process.stdout.readline())
            assert said
            yield Server(int(said[1]), process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<p>here</p>")
    (folder / "part.mjs").write_text("export {};")
    return folder


@pytest.fixture(scope="module")
def server(page: Path) -> Iterator[Server]:
    options = ["--jobs", "1", "--page", str(page), "--limit-body", "400000", "--limit-pixels", "300000"]
    with serving(*options) as found:
        yield found


def form(**files: bytes) -> tuple[bytes, str]:
    """A multipart form of files, and its content type."""
    head = "--edge\r\nContent-Disposition: form-data; name={0}; filename={0}\r\n\r\n"
    parts = [head.format(name).encode() + data + b"\r\n" for name, data in files.items()]
    return b"".join(parts) + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def png(picture: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def face() -> bytes:
    return png(portrait())


def shown(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def test_a_picture_becomes_what_the_library_makes_of_it(server: Server, face: bytes) -> None:
    answer = server.ask("/encode?preset=tiny", face)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "image/x-vcm"
    assert answer.body == vcmcodec.encode(portrait(), preset="tiny", face="auto")


def test_the_face_of_a_photograph_is_found(server: Server) -> None:
    photograph = np.full((400, 500, 3), 200, np.uint8)
    photograph[100:356, 200:456] = portrait()
    files = [server.ask(f"/encode?bytes=200{more}", png(photograph)).body for more in ("", "&face=whole")]
    assert files == [vcmcodec.encode(photograph, bytes=200, face=face) for face in ("auto", "whole")]
    assert len(set(files)) == 2


def test_files_are_shown_with_and_without_a_generator(server: Server) -> None:
    texture = vcmcodec.encode(portrait(), preset="tiny")
    strokes = file()
    assert (shown(server.ask("/decode", texture).body) == np.asarray(vcmcodec.decode(texture))).all()
    preview = server.ask("/decode?preview=1", texture)
    assert (shown(preview.body) == np.asarray(vcmcodec.preview(texture))).all()
    painted = server.ask("/decode?realism=0.5", strokes)
    assert (shown(painted.body) == np.asarray(vcmcodec.decode(strokes, realism=0.5))).all()


def test_faces_are_matched_as_by_the_library(server: Server, face: bytes) -> None:
    featured = vcmcodec.encode(portrait(), preset="tiny", feature=32)
    texture = vcmcodec.encode(portrait(), preset="small", scheme="canvas")
    for one, other in ((face, featured), (featured, texture), (face, file())):
        found = server.ask("/match?far=0.01", *form(a=one, b=other)).json
        sources = [io.BytesIO(data) if data is face else data for data in (one, other)]
        expected = vcmcodec.match(*sources, far=0.01)
        assert found["cosine"] == pytest.approx(expected.cosine, abs=1e-4)
        assert (found["same"], found["limit"]) == (expected.same, 0.01)
        assert [row["source"] for row in found["faces"]] == list(expected.sources)


@pytest.mark.parametrize(
    ("files", "status", "error"),
    [
        ({"a": b"no picture", "b": b""}, 415, "PictureError"),
        ({"a": container.MAGIC, "b": b""}, 422, "TruncatedError"),
        ({"a": container.write(Header(64, 64, 64, 6), [(0x90, b"")]), "b": b""}, 422, "FormatError"),
        ({"a": b""}, 400, "UsageError"),
        ({"a": b"", "c": b""}, 400, "UsageError"),
        ({"a": b"", "b": b"", "c": b""}, 400, "HTTPError"),
        ({"a": bytes(400001), "b": b""}, 413, "LimitError"),
    ],
)
def test_what_is_no_match_is_reported(
    server: Server, files: dict[str, bytes], status: int, error: str
) -> None:
    answer = server.ask("/match", *form(**files))
    assert (answer.status, answer.json["error"]) == (status, error)


def test_a_match_needs_a_form(server: Server, face: bytes) -> None:
    assert server.ask("/match", face).json["error"] == "UsageError"
    body, headers = form(a=face, b=face)
    assert server.ask("/match", body[:-9000], headers).json["error"] in ("HTTPError", "UsageError")


def test_info_is_that_of_the_command(server: Server) -> None:
    data = (VECTORS / "good-texture-between.vcm").read_bytes()
    assert server.ask("/info", data).json == vcmcodec.inspect(data).to_dict()


def test_health_and_page(server: Server) -> None:
    assert server.ask("/health").json["codec"] == "vcm"
    answer = server.ask("/")
    assert answer.body == b"<p>here</p>"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert server.ask("/part.mjs").headers["content-type"].startswith("text/javascript")
    assert server.ask("/../pyproject.toml").status == 404


@pytest.mark.parametrize(
    ("path", "body", "status", "exit_code", "error"),
    [
        ("/encode", b"no picture", 415, 3, "PictureError"),
        ("/encode", png(np.zeros((8, 8, 3), np.uint8)), 415, 3, "PictureError"),
        ("/encode", png(np.zeros((600, 600, 3), np.uint8)), 413, 6, "LimitError"),
        ("/encode", bytes(400001), 413, 6, "LimitError"),
        ("/encode?bytes=3", None, 422, 9, "BudgetError"),
        ("/encode?preset=vast", None, 400, 2, "UsageError"),
        ("/encode?bytes=300&bpp=1", None, 400, 2, "UsageError"),
        ("/encode?bytes=-1", None, 400, 2, "UsageError"),
        ("/encode?quality=nan", None, 400, 2, "UsageError"),
        ("/encode?face=all", None, 400, 2, "UsageError"),
        ("/encode?face=9", None, 415, 3, "PictureError"),
        ("/encode?size=100", None, 400, 2, "UsageError"),
        ("/encode?colour=1", None, 400, 2, "UsageError"),
        ("/decode?realism=2", b"", 400, 2, "UsageError"),
        ("/decode", b"", 422, 4, "TruncatedError"),
        ("/decode", "bad-flip-check", 422, 4, "FormatError"),
        ("/decode", "unsupported-layer", 422, 5, "UnsupportedError"),
        ("/decode", "good-square", 422, 7, "ModelError"),
        ("/decode?preview=1", "good-base", 422, 4, "FormatError"),
        ("/info", "bad-no-layer", 422, 4, "TruncatedError"),
        ("/nothing", b"", 404, 2, "HTTPError"),
        ("/encode/", b"", 404, 2, "HTTPError"),
    ],
)
def test_errors_are_json(
    server: Server, face: bytes, path: str, body: bytes | str | None, status: int, exit_code: int, error: str
) -> None:
    if isinstance(body, str):
        body = (VECTORS / f"{body}.vcm").read_bytes()
    answer = server.ask(path, face if body is None else body)
    if status == 404 and answer.status == 405:  # the page takes what no route does, and takes GET alone
        status = 405
    assert (answer.status, answer.json["exit_code"], answer.json["error"]) == (status, exit_code, error)
    assert "\n" not in answer.json["message"]


def test_a_body_without_a_length_is_limited_too(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.putrequest("POST", "/encode")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    try:
        for _ in range(50):
            connection.send(b"4000\r\n" + bytes(0x4000) + b"\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass  # it need not take what is above the limit
    answer = connection.getresponse()
    assert answer.status == 413


def test_pages_and_names_of_others_are_turned_away(server: Server, face: bytes) -> None:
    assert server.ask("/encode", face, Origin="http://evil.example").status == 403
    assert server.ask("/health", Host="evil.example").status == 400
    own = f"127.0.0.1:{server.port}"
    assert server.ask("/health", Origin=f"http://{own}").status == 200


def test_more_than_the_queue_holds_is_sent_away(face: bytes) -> None:
    with serving("--jobs", "1", "--queue", "2") as server:
        answers: list[Answer] = []

        def ask() -> None:
            answers.append(server.ask("/encode?scheme=strokes", face))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = [answer.status for answer in answers]
        assert set(statuses) == {200, 503} and statuses.count(200) >= 2
        busy = next(answer for answer in answers if answer.status == 503)
        assert busy.headers["retry-after"] == "1" and busy.json["error"] == "Busy"
        assert server.ask("/health").json["queued"] == 0
        assert server.ask("/encode", face).status == 200


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to find the workers")
def test_a_killed_worker_is_replaced(face: bytes) -> None:
    with serving("--jobs", "1") as server:
        assert server.ask("/encode", face).status == 200
        for worker in workers(server.process.pid):
            os.kill(worker, signal.SIGKILL)
        assert server.ask("/encode", face).status == 200


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc to find the workers")
def test_it_ends_though_a_worker_hangs(face: bytes) -> None:
    with serving("--jobs", "1") as server:
        for worker in workers(server.process.pid):
            os.kill(worker, signal.SIGSTOP)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", "/encode", face)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(40) == 143


def workers(pid: int) -> list[int]:
    """Worker processes below a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            line = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"spawn_main" in line:
                found.append(int(child))
    return found
