"""What goes through the faces of a folder."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from vcmcodec.train.data import faces


def _killed_once(path: Path) -> str:
    """The name of a path; the first time that it is asked for ``3``, its process is killed."""
    if path.name == "3":
        mark = path.with_name("seen")
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return path.name


@pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")
def test_results_are_in_order_though_a_process_is_killed(tmp_path: Path) -> None:
    paths = [tmp_path / str(number) for number in range(12)]
    assert list(faces.parallel(_killed_once, paths, 2)) == [path.name for path in paths]
