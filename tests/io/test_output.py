import os
import sys

import pytest

from vcmcodec.errors import OutputError
from vcmcodec.io import output


def test_writes_and_replaces(tmp_path):
    path = tmp_path / "a.bin"
    output.write(path, b"one")
    output.write(path, b"two")
    assert path.read_bytes() == b"two"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_keeps_the_mode_of_what_it_replaces(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"one")
    path.chmod(0o640)
    output.write(path, b"two")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_follows_a_link(tmp_path):
    (tmp_path / "link").symlink_to("target")
    output.write(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        output.write(tmp_path / "no" / "a.bin", b"x")


@pytest.mark.parametrize("name", [".", "no/a.bin", "file/a.bin", "a" * 300])
def test_check_says_before_what_write_says(tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as before:
        output.check(tmp_path / name)
    with pytest.raises(OutputError) as later:
        output.write(tmp_path / name, b"x")
    assert str(before.value) == str(later.value)


@pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")
def test_check_lets_pass_what_can_be_written(tmp_path):
    (tmp_path / "link").symlink_to("target")
    for path in (tmp_path / "link", tmp_path / "new", os.devnull):
        output.check(path)
    assert os.listdir(tmp_path) == ["link"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions of others than root")
def test_check_sees_a_folder_that_is_locked(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="Permission denied"):
        output.check(tmp_path / "a.bin")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(OutputError, match="cannot be written"):
        output.write(tmp_path, b"x")
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "a.bin"
    output.write(path, b"old")
    with pytest.raises(TypeError):
        output.write(path, "not bytes")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a device file")
def test_a_device_is_written_to_and_not_replaced():
    output.write("/dev/null", b"x")
    assert not os.path.isfile("/dev/null")
