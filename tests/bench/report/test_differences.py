"""Which differences are real."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vcmcodec.bench.report.summary import Point, Scored, Summary
from vcmcodec.bench.run.runner import Face


def test_differences_are_real_where_faces_agree() -> None:
    pytest.importorskip("scipy", reason="the bootstrap needs scipy")
    from vcmcodec.bench.report import differences

    rng = np.random.default_rng(0)
    faces = [Face(Path(f"{n}.png"), f"{n}.png", str(n), 100, 100) for n in range(40)]
    noise = rng.normal(0, 1, (3, len(faces)))

    def summary(better: float) -> Summary:
        scored = []
        for number, face in enumerate(faces):
            own, peer = 30 + better + noise[:2, number] + 5 * noise[2, number]
            scored.append(Scored(face, "vcm", "p", 100, {"psnr": own}))
            scored.append(Scored(face, "webp", "1", 90, {"psnr": peer - better}))
        points = []
        for codec, label, bpp in (("vcm", "p", 0.08), ("webp", "1", 0.07)):
            values = [row.scores["psnr"] for row in scored if row.codec == codec]
            points.append(Point(codec, label, len(faces), bpp, {"psnr": float(np.mean(values))}))
        return Summary(scored, points)

    for better, real in ((1.5, True), (-1.5, True), (0.0, False)):
        one = differences.differences(summary(better))["p"]["psnr"]
        assert (one.codec, one.label, one.faces) == ("webp", "1", 40)
        assert one.low < one.mean < one.high
        assert one.real == real
        assert one.mean == pytest.approx(better, abs=0.6)
    few = summary(1.5)
    assert not differences.differences(Summary(few.scored[:8], few.points))
    assert differences.interval([2.0] * 9) == (2, 2)
