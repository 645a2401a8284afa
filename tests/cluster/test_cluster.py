"""``vcm --dask``: a real scheduler, two workers of their own processes, and an S3 server on this machine."""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import scenes
from click.testing import CliRunner, Result
from PIL import Image
from portrait import portrait
from repository import VECTORS

import vcmcodec
from vcmcodec.cli.app import vcm

pytest.importorskip("distributed", reason="needs the extra dask")

FACES = 16


class Cluster(NamedTuple):
    address: str
    workers: list[subprocess.Popen[bytes]]

    def grow(self) -> None:
        """A worker more."""
        command = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1"]
        command += ["--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        self.workers.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """A bucket of an S3 server; workers find it by the environment."""
    server_of = pytest.importorskip("moto.server", reason="needs moto")
    s3fs = pytest.importorskip("s3fs", reason="needs s3fs")
    server = server_of.ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    before = dict(os.environ)
    os.environ |= {
        "AWS_ACCESS_KEY_ID": "anyone",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }
    system = s3fs.S3FileSystem()
    system.mkdir("faces")
    yield system
    server.stop()
    os.environ.clear()
    os.environ |= before


@pytest.fixture(scope="module")
def cluster(bucket: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    said = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    command += ["--no-dashboard", "--scheduler-file", str(said)]
    scheduler = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not said.exists() or not said.read_text():
        assert time.monotonic() < until
        time.sleep(0.1)
    found = Cluster(json.loads(said.read_text())["address"], [])
    for _ in range(2):
        found.grow()
    yield found
    for process in (*found.workers, scheduler):
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of pictures, one of them damaged."""
    folder = tmp_path_factory.mktemp("faces")
    (folder / "more").mkdir()
    for number in range(FACES):
        path = folder / ("more" if number % 2 else ".") / f"{number:02d}.png"
        Image.fromarray(portrait()).rotate(number / 2, fillcolor="white").resize((96, 96)).save(path)
    (folder / "damaged.png").write_bytes(b"no picture")
    return folder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(vcm, [str(argument) for argument in arguments])


def tree(folder: Path, ending: str) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob(f"*{ending}"))}


@pytest.fixture(scope="module")
def expected(faces: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What one process makes of them."""
    folder = tmp_path_factory.mktemp("expected")
    result = run("encode", faces, "-r", "-o", folder, "--bytes", 150, "-j", 1)
    assert result.exit_code == 3
    files = tree(folder, ".vcm")
    assert len(files) == FACES
    return files


ENCODE = ("-r", "--bytes", 150, "--dask")


def test_a_killed_worker_loses_nothing(
    cluster: Cluster, faces: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    killed = threading.Event()

    def kill() -> None:
        until = time.monotonic() + 60
        while not list(tmp_path.rglob("*.vcm")) and time.monotonic() < until:
            time.sleep(0.01)
        cluster.workers[0].send_signal(signal.SIGKILL)
        killed.set()

    thread = threading.Thread(target=kill)
    thread.start()
    result = run("encode", faces, "-o", tmp_path, *ENCODE, cluster.address)
    thread.join()
    assert killed.is_set() and cluster.workers.pop(0).wait(30) == -signal.SIGKILL
    cluster.grow()
    assert tree(tmp_path, ".vcm") == expected
    assert len(tree(tmp_path, ".part")) <= 1  # what the killed worker was writing: it cannot delete it
    assert result.exit_code == 3 and result.output.endswith(f"vcm: {FACES} done, 1 failed\n")
    assert str(faces / "damaged.png") in result.output and "not a picture" in result.output


def test_from_s3_to_s3_and_back(
    cluster: Cluster, bucket: Any, faces: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    bucket.put(f"{faces}/", "faces/in/", recursive=True)
    result = run("encode", "s3://faces/in", "-o", "s3://faces/files", *ENCODE, cluster.address)
    assert result.exit_code == 3 and "s3://faces/in/damaged.png" in result.output
    bucket.get("faces/files/", f"{tmp_path}/files/", recursive=True)
    assert tree(tmp_path / "files", ".vcm") == expected

    again = run("encode", "s3://faces/in", "-o", "s3://faces/files", *ENCODE, cluster.address)
    assert again.exit_code in (3, 10) and again.output.count("is there already") == FACES
    bucket.rm("faces/files/00.vcm")
    rest = ("encode", "s3://faces/in", "-o", "s3://faces/files", "--skip-existing", *ENCODE)
    result = run(*rest, cluster.address)
    assert result.exit_code == 3
    assert result.output.endswith(f"vcm: 1 done, {FACES - 1} skipped, 1 failed\n")
    bucket.invalidate_cache()
    assert bucket.cat("faces/files/00.vcm") == expected["00.vcm"]

    result = run("decode", "s3://faces/files", "-r", "-o", tmp_path / "out", "--dask", cluster.address)
    assert result.exit_code == 0, result.output
    assert len(tree(tmp_path / "out", ".png")) == FACES
    with Image.open(tmp_path / "out" / "more" / "01.png") as image:
        assert image.tobytes() == vcmcodec.decode(expected["more/01.vcm"]).tobytes()


def test_warnings_of_pictures_are_lines(cluster: Cluster, tmp_path: Path) -> None:
    image = Image.fromarray(portrait())
    image.save(tmp_path / "moves.gif", save_all=True, append_images=[image.rotate(9)])
    result = run("encode", tmp_path / "moves.gif", "-o", tmp_path, *ENCODE[1:], cluster.address)
    assert result.exit_code == 0, result.output
    said = "warning: an animation or stack of 2 pictures: the first one is read"
    assert result.output == f"vcm: {tmp_path}/moves.gif: {said}\n"
    with pytest.warns(vcmcodec.PictureWarning):
        here = vcmcodec.encode(tmp_path / "moves.gif", face="auto", bytes=150)
    assert (tmp_path / "moves.vcm").read_bytes() == here


def test_what_is_said_is_what_is_said_without_a_cluster(cluster: Cluster, tmp_path: Path) -> None:
    scene = scenes.backdrop(900, 700)
    for place in (scenes.Pasted(200, 300, 300, 0.0), scenes.Pasted(600, 350, 380, 9.0)):
        scenes.paste(scene, portrait(), place)
    scene.save(tmp_path / "group.png")
    Image.fromarray(portrait()).save(tmp_path / "one.png")
    sources = tmp_path / "group.png", tmp_path / "one.png"
    here = run("encode", *sources, "-o", f"{tmp_path}/here/", "--bytes", 20000)
    far = run("encode", *sources, "-o", f"{tmp_path}/far/", "--bytes", 20000, "--dask", cluster.address)
    assert sorted(here.output.splitlines()) == sorted(far.output.splitlines())
    assert "2 faces; coded the larger" in far.output and "all that the finest step" in far.output
    assert tree(tmp_path / "here", ".vcm") == tree(tmp_path / "far", ".vcm")
    whole = [
        run("encode", tmp_path / "group.png", "-o", f"{tmp_path}/{name}/", "--face", "whole", *more)
        for name, more in (("a", ()), ("b", ("--dask", cluster.address)))
    ]
    assert whole[0].output == whole[1].output and "the face fills" in whole[1].output


def test_what_is_done_already_needs_no_scheduler(tmp_path: Path) -> None:
    Image.fromarray(portrait()).save(tmp_path / "a.png")
    assert run("encode", tmp_path / "a.png", "-o", f"{tmp_path}/out/").exit_code == 0
    again = run(
        "encode", tmp_path, "-r", "-o", tmp_path / "out", "--skip-existing", *ENCODE[1:], "tcp://127.0.0.1:9"
    )
    assert (again.exit_code, again.output) == (0, "vcm: 1 skipped\n")
    (tmp_path / "empty").mkdir()
    none = run(
        "encode", tmp_path / "empty", "-o", tmp_path / "out", "--skip-existing", *ENCODE, "tcp://127.0.0.1:9"
    )
    assert none.exit_code == 2 and "no files to take below" in none.output


def test_from_a_pack(cluster: Cluster, faces: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "faces.tar", "w") as pack:
        pack.add(faces / "more", "more")
    source = f"tar://more::file://{tmp_path}/faces.tar"
    result = run("encode", source, "-o", tmp_path / "files" / "more", *ENCODE, cluster.address)
    assert result.exit_code == 0, result.output
    some = {name: data for name, data in expected.items() if name.startswith("more/")}
    assert tree(tmp_path / "files", ".vcm") == some


def test_bad_files_are_listed_by_decode_too(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "good.vcm").write_bytes(vcmcodec.encode(portrait(), bytes=100))
    for name in ("bad-flip-check", "unsupported-layer", "good-square"):
        (tmp_path / f"{name}.vcm").write_bytes((VECTORS / f"{name}.vcm").read_bytes())
    result = run("decode", tmp_path, "-r", "-o", tmp_path / "out", "--dask", cluster.address)
    lines = result.output.splitlines()
    assert len(lines) == 4 and result.exit_code in (4, 5, 7) and lines[-1] == "vcm: 1 done, 3 failed"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.png"]


def test_features_are_collected_from_s3(cluster: Cluster, bucket: Any, tmp_path: Path) -> None:
    face = vcmcodec.encode(portrait(), bytes=150, feature=16)
    files = {"one": face, "more/two": face, "none": vcmcodec.encode(portrait(), bytes=100)}
    files |= {"part": face[:-9], "bad": face[:9]}
    for name, data in files.items():
        bucket.pipe_file(f"faces/index/{name}.vcm", data)
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / f"{name}.vcm").write_bytes(data)
    here = run("index", tmp_path / "in", "-o", tmp_path / "here")
    far = run("index", "s3://faces/index", "-o", tmp_path / "far", "--dask", cluster.address)
    assert here.exit_code == far.exit_code == 4, far.output
    for result, place in ((here, str(tmp_path / "in")), (far, "s3://faces/index")):
        assert "1 of 5 files hold no feature" in result.output
        assert f"vcm: {place}/part.vcm: warning: truncated: " in result.output
        assert "; read as far as it is whole\n" in result.output
    galleries = [vcmcodec.gallery.read((tmp_path / name).read_bytes()) for name in ("here", "far")]
    assert galleries[1].names == [f"s3://faces/index/{name}.vcm" for name in ("more/two", "one", "part")]
    assert (galleries[0].vectors == galleries[1].vectors).all()
    again = run("index", "s3://faces/index", "-o", tmp_path / "far", "-q", "-f", "--dask", cluster.address)
    assert again.exit_code == 4 and "warning" not in again.output
    none = run("index", "s3://faces/index/bad.vcm", "-o", tmp_path / "bad", "--dask", cluster.address)
    assert none.exit_code == 4 and not (tmp_path / "bad").exists()
    before = ("index", "s3://faces/index", "-o", tmp_path, "--dask", "tcp://127.0.0.1:9")
    assert run(*before).exit_code == 8


def test_what_breaks_off_is_decoded_as_far_as_it_is_whole(cluster: Cluster, tmp_path: Path) -> None:
    face = vcmcodec.encode(portrait(), bytes=150, feature=16)
    end = vcmcodec.inspect(face).layers[0].end
    for name, data in (("part", face[:-9]), ("feature", face[:end])):
        (tmp_path / f"{name}.vcm").write_bytes(data)
    sources = [tmp_path / "part.vcm", tmp_path / "feature.vcm"]
    here = run("decode", *sources, "-o", f"{tmp_path}/here/")
    far = run("decode", *sources, "-o", f"{tmp_path}/far/", "--dask", cluster.address)
    assert here.exit_code == far.exit_code == 0
    assert sorted(here.output.splitlines()) == sorted(far.output.splitlines())
    assert "decoded as far as it is whole" in far.output and "what is shown is invented" in far.output
    assert tree(tmp_path / "far", ".png").keys() == tree(tmp_path / "here", ".png").keys()


class Web(http.server.SimpleHTTPRequestHandler):
    """Files and lists of folders; no size is told of those whose names say ``stream``, one is forbidden."""

    def do_GET(self) -> None:
        if "forbidden" in self.path:
            self.send_error(403)
        else:
            super().do_GET()

    def send_header(self, keyword: str, value: str) -> None:
        if keyword != "Content-Length" or "stream" not in self.path:
            super().send_header(keyword, value)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture
def web(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A web server, and the folder that it shows."""
    pytest.importorskip("aiohttp", reason="needs aiohttp, which reads over HTTP")
    folder = tmp_path / "web"
    folder.mkdir()
    handler = functools.partial(Web, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


def test_from_a_web_server(
    cluster: Cluster, web: tuple[str, Path], faces: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    url, folder = web
    shutil.copytree(faces, folder / "in")
    (folder / "in" / "more" / "01.png").rename(folder / "in" / "more" / "o 1.png")
    result = run("encode", f"{url}/in/", "-o", tmp_path / "out", *ENCODE, cluster.address)
    assert result.exit_code == 3 and f"{url}/in/damaged.png: not a picture" in result.output
    assert result.output.endswith(f"vcm: {FACES} done, 1 failed\n")
    named = {name.replace("/01", "/o 1"): data for name, data in expected.items()}
    assert tree(tmp_path / "out", ".vcm") == named

    one = f"{url}/in/00.png?version=1.2/3"
    result = run("encode", one, "-o", tmp_path / "one", *ENCODE[1:], cluster.address)
    assert result.exit_code == 0 and tree(tmp_path / "one", ".vcm") == {"00.vcm": expected["00.vcm"]}
    result = run("encode", f"{url}/in/", "-o", tmp_path / "one", *ENCODE[1:], cluster.address)
    assert result.exit_code == 1 and "--recursive takes all files" in result.output

    (folder / "face.vcm").write_bytes(vcmcodec.encode(portrait(), bytes=150, feature=16))
    result = run("index", f"{url}/", "-o", tmp_path / "index", "--dask", cluster.address)
    assert result.exit_code == 0, result.output
    assert vcmcodec.gallery.read((tmp_path / "index").read_bytes()).names == [f"{url}/face.vcm"]
    result = run("encode", f"{url}/forbidden/", "-o", tmp_path / "none", *ENCODE, cluster.address)
    assert result.exit_code == 1 and f"{url}/forbidden/ cannot be listed: 403" in result.output
    result = run("encode", f"{url}/nowhere/", "-o", tmp_path / "none", *ENCODE, cluster.address)
    assert result.exit_code == 2 and "no files to take below" in result.output


def test_what_a_server_streams_is_read_to_its_end(web: tuple[str, Path]) -> None:
    from vcmcodec.cluster import places

    url, folder = web
    data = os.urandom(3_000_000)
    (folder / "stream.bin").write_bytes(data)
    ((place, name),) = places.below(f"{url}/stream.bin", (), recursive=False)
    assert name == "stream.bin" and places.read(place, len(data)) == data
    with pytest.raises(vcmcodec.LimitError):
        places.read(place, len(data) - 1)


@pytest.mark.parametrize(
    "link", ["../evil.png", "a/%2e%2e/%2e%2e/evil.png", "a%5c..%5cevil.png", "C%3aevil.png"]
)
def test_a_list_that_leads_out_of_its_folder_is_refused(web: tuple[str, Path], link: str) -> None:
    from vcmcodec.cluster import places

    url, folder = web
    (folder / "in").mkdir()
    (folder / "in" / "index.html").write_text(f'<a href="{link}">face</a>')
    with pytest.raises(vcmcodec.VcmError, match="which is not below it"):
        places.below(f"{url}/in/", (".png",), recursive=True)


def test_a_listed_name_is_the_plain_one(web: tuple[str, Path]) -> None:
    from vcmcodec.cluster import places

    url, folder = web
    (folder / "in").mkdir()
    (folder / "in" / "index.html").write_text('<a href="./more/.//o%201.png">face</a>')
    assert [name for _, name in places.below(f"{url}/in/", (".png",), recursive=True)] == ["more/o 1.png"]


def test_usage(faces: Path, tmp_path: Path) -> None:
    assert run("encode", "s3://faces/in", "-o", tmp_path).exit_code == 2
    assert run("index", "s3://faces/index", "-o", tmp_path / "idx").exit_code == 2
    assert run("encode", faces, "-r", "--dask", "tcp://127.0.0.1:9").exit_code == 2
    (tmp_path / "file").write_bytes(b"")
    for more in (("-o", tmp_path / "file"), ("-o", tmp_path / "out", "-j", 2)):
        for verb in ("encode", "decode"):
            assert run(verb, faces, "-r", *more, "--dask", "tcp://127.0.0.1:9").exit_code == 2
    assert run("index", faces, "-o", tmp_path / "idx", "-j", 2, "--dask", "tcp://127.0.0.1:9").exit_code == 2
    assert run("encode", faces, "-o", tmp_path, "--dask", "tcp://127.0.0.1:9").exit_code == 1


def test_where_there_is_no_scheduler(faces: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vcmcodec.cluster import run as cluster_run

    monkeypatch.setattr(cluster_run, "TIMEOUT", 2)
    result = run("encode", faces, "-o", tmp_path, *ENCODE, "tcp://127.0.0.1:9")
    assert result.exit_code == 1 and "cannot be used" in result.output
