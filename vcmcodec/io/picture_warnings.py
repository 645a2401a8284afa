"""What reading a picture warned of, for whoever reports it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from vcmcodec.errors import PictureWarning


@contextmanager
def caught() -> Iterator[list[str]]:
    """Gives a list that in the end has what PictureWarnings said meanwhile, each once. Warnings are caught
    for all threads of a process at once."""
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always", PictureWarning)
        yield notes
    notes += dict.fromkeys(str(one.message) for one in found if issubclass(one.category, PictureWarning))
