"""The command ``vcm``: one module per verb.

Starting it loads neither OpenCV nor onnxruntime: each verb imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``vcm`` with ``arguments`` (None: the process's own); returns the exit code."""
    try:
        from vcmcodec.cli import app  # here, so that an interrupt while it loads is handled as any other
    except KeyboardInterrupt:
        print("vcm: interrupted", file=sys.stderr)
        return 130
    return app.main(arguments)
