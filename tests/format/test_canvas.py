"""The canvas keeps a picture's proportions."""

from __future__ import annotations

import pytest

from vcmcodec.format.canvas import canvas_size


@pytest.mark.parametrize(
    ("size", "expected"),
    [((256, 256), (256, 256)), ((400, 300), (256, 192)), ((16, 8192), (8, 256)), ((300, 301), (255, 256))],
)
def test_canvas_keeps_the_proportions(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert canvas_size(*size, 256) == expected
