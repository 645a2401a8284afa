"""No command destroys what the user did not name."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import Runner
from PIL import Image
from portrait import default_file, portrait

from vcmcodec.cli import batch, files, worklist
from vcmcodec.errors import ExistsError
from vcmcodec.io import picture

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="devices and pipes as POSIX has them")


def originals() -> bytes:
    """face.png and face.vcm of texture beside it; the picture's bytes."""
    Path("face.vcm").write_bytes(default_file())
    return Path("face.png").read_bytes()


@pytest.mark.parametrize("options", [[], ["-f"]])
def test_a_decode_leaves_the_original_alone(vcm: Runner, options: list[str]) -> None:
    before = originals()
    done = vcm("decode", "face.vcm", *options)
    assert done.code == 0 and "wrote face.decoded.png: vcm did not write face.png, which stays" in done.err
    assert Path("face.png").read_bytes() == before
    assert picture.is_ours(Path("face.decoded.png"))
    vcm.fails(10, "decode", "face.vcm", says="face.decoded.png: is there already")
    assert vcm("decode", "face.vcm", "-f").code == 0


def test_so_does_a_batch(vcm: Runner) -> None:
    before = originals()
    Path("in").mkdir()
    for name in ("a", "b"):
        shutil.copy("face.png", f"in/{name}.png")
        shutil.copy("face.vcm", f"in/{name}.vcm")
    assert vcm("decode", "-r", "in", "-f").code == 0
    assert vcm("decode", "-r", "in", "-f", "-o", "in").code == 0
    assert {path.read_bytes() for path in Path("in").glob("?.png")} == {before}
    assert sorted(path.name for path in Path("in").glob("*.decoded.png")) == [
        "a.decoded.png",
        "b.decoded.png",
    ]


def test_what_was_named_is_replaced(vcm: Runner) -> None:
    before = originals()
    vcm.fails(10, "decode", "face.vcm", "-o", "face.png", says="face.png: is there already")
    assert vcm("decode", "face.vcm", "-o", "face.png", "-f") == (0, "", "")
    assert Path("face.png").read_bytes() != before
    assert vcm("decode", "face.vcm", "-f") == (0, "", "")  # its own work it replaces


def test_another_s_file_of_the_other_name_stays_too(vcm: Runner) -> None:
    originals()
    Path("face.decoded.png").write_bytes(b"precious")
    vcm.fails(10, "decode", "face.vcm", "-f", says="vcm did not write it: -o names what is replaced")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".tiff"])
def test_pictures_say_who_wrote_them(tmp_path: Path, suffix: str) -> None:
    image = Image.fromarray(portrait())
    ours, other = tmp_path / f"ours{suffix}", tmp_path / f"other{suffix}"
    ours.write_bytes(picture.coded(image, suffix))
    image.save(other)
    assert picture.is_ours(ours) and not picture.is_ours(other)
    assert not picture.is_ours(tmp_path / "nothing.png")


def test_two_sources_of_one_name_fail_alone(vcm: Runner) -> None:
    Image.fromarray(portrait()).save("face.bmp")
    done = vcm("encode", "face.png", "face.bmp", "-o", "new/")
    assert done.code == 2
    assert done.err == "vcm: face.bmp: would become new/face.vcm, as face.png does\nvcm: 1 done, 1 failed\n"
    assert Path("new/face.vcm").read_bytes() == default_file()


def test_a_missing_name_does_not_stop_the_others(vcm: Runner) -> None:
    done = vcm("encode", "none.png", "face.png", "-o", "new/")
    assert done == (2, "", "vcm: none.png: does not exist\nvcm: 1 done, 1 failed\n")
    assert Path("new/face.vcm").exists()
    done = vcm("check", "none.vcm", "face.vcm")
    assert done == (2, "", "vcm: none.vcm: does not exist\n")


def test_what_another_encoder_has_done_meanwhile_is_skipped(tmp_path: Path) -> None:
    def work(task: worklist.Task) -> None:
        raise ExistsError("is there already")

    task = worklist.Task(tmp_path / "a", tmp_path / "b")
    (result,) = batch.run(work, [task], 1, skip_existing=True)
    assert isinstance(result, batch.Report) and result.skipped
    (result,) = batch.run(work, [task], 1)
    assert isinstance(result, worklist.Failed) and result.code == 10


def test_inputs_go_once_their_outputs_are_there(vcm: Runner) -> None:
    shutil.copy("face.png", "a.png")
    shutil.copy("face.png", "b.png")
    Path("b.vcm").write_bytes(b"old")
    done = vcm("encode", "a.png", "b.png", "--rm")
    assert done.code == 10
    assert not Path("a.png").exists() and Path("b.png").exists()
    assert vcm("decode", "a.vcm", "--rm").code == 0
    assert Path("a.png").exists() and not Path("a.vcm").exists()


@POSIX
@pytest.mark.parametrize("target", ["-", "/dev/stdout", "/dev/null"])
@pytest.mark.parametrize("verb", ["encode", "decode"])
def test_inputs_stay_where_outputs_do_not(vcm: Runner, verb: str, target: str) -> None:
    source = "face.png" if verb == "encode" else "face.vcm"
    vcm.fails(2, verb, source, "--rm", "-o", target, says="is no file that stays")


def test_names_come_from_a_list(vcm: Runner) -> None:
    shutil.copy("face.png", "with space.png")
    Path("list").write_text("face.png\nwith space.png\n\n")
    assert vcm("encode", "--filelist", "list", "-o", "new/").code == 0
    assert sorted(path.name for path in Path("new").iterdir()) == ["face.vcm", "with space.vcm"]
    vcm.fails(2, "encode", says="which PICTURE?")


def test_formats_of_batches(vcm: Runner) -> None:
    Path("a.vcm").write_bytes(default_file())
    Path("b.vcm").write_bytes(default_file())
    assert vcm("decode", "a.vcm", "b.vcm", "--format", "jpg", "--jpeg-quality", 40).code == 0
    with Image.open("a.jpg") as image:
        assert image.format == "JPEG"
    small = Path("a.jpg").stat().st_size
    assert vcm("decode", "a.vcm", "b.vcm", "--format", "jpg", "-f").code == 0
    assert small < Path("a.jpg").stat().st_size
    vcm.fails(2, "decode", "a.vcm", "--format", "webp", "-o", "x.png", says="does not end in .webp")


@POSIX
@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("$VCM encode face.png -o /dev/stdout | cmp - good.vcm", 0, ""),
        ("$VCM encode face.png -o /dev/stdout > new.vcm && cmp new.vcm good.vcm", 0, ""),
        ("$VCM encode <(cat face.png) -o new.vcm && cmp new.vcm good.vcm", 0, ""),
        ("$VCM encode face.png -o >(cat > new.vcm); sleep 0.3; cmp new.vcm good.vcm", 0, ""),
        ("$VCM encode /dev/stdin -o new.vcm < face.png && cmp new.vcm good.vcm", 0, ""),
        ("$VCM encode <(cat face.png)", 2, "is a pipe: -o names the output"),
        ("$VCM encode - -o new.vcm <&-", 1, "cannot be read: stdin is closed"),
        ("$VCM encode face.png -o - >&-", 8, "stdout is closed"),
    ],
)
def test_pipes_and_devices(vcm: Runner, script: str, code: int, says: str) -> None:
    Path("good.vcm").write_bytes(default_file())
    script = script.replace("$VCM", f"{sys.executable} -m vcmcodec")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    assert says in done.stderr and done.stderr.count("\n") == bool(says)


def test_what_names_mean() -> None:
    assert files.output_of("new/")[:2] == (Path("new"), True)
    assert files.output_of("new")[:2] == (Path("new"), False)
    assert files.output_of("/dev/stdout").path == files.STANDARD
    assert files.source_of("/dev/fd/0") == files.STANDARD
