"""Errors that are the program's own fault, as a line on stderr."""

from __future__ import annotations

import os
import traceback

EXIT_CODE = 1


def line(error: Exception) -> str:
    """The line for ``error``; where ``VCM_DEBUG`` is set, its traceback goes to stderr first."""
    if os.environ.get("VCM_DEBUG"):
        traceback.print_exception(error)
    return f"internal error: {type(error).__name__}: {error}"
