"""Weights of the entropy coder."""

from __future__ import annotations

import random

import numpy as np
import pytest

from vcmcodec.entropy.contexts import ContextCoder, ContextModel, Elements
from vcmcodec.entropy.range_coder import Encoder
from vcmcodec.entropy.rate import RateEstimator


def test_weights_are_fitted_to_what_is_probable() -> None:
    pytest.importorskip("torch", reason="training needs torch")

    from vcmcodec.train.entropy.fit_weights import Decisions, Recorder, cost, fit

    rng, elements = random.Random(0), Elements()
    element = elements.element(2, 2, 3)
    recorder = Recorder()
    for _ in range(20000):
        one, two = rng.randrange(2), rng.randrange(2)
        likely = (0.1, 0.5, 0.5, 0.9)[one + 2 * two]
        recorder.bit(int(rng.random() < likely), element.at(one, two), 1)
    decisions = Decisions([recorder])
    weights = fit(decisions, elements.size, epochs=20, batch=1024)
    bits = cost(weights, decisions)
    assert bits < 20000 * (0.5 + 0.5 * 0.469) * 1.01  # entropies of 0.5 and 0.1
    assert bits < 0.95 * cost(np.zeros_like(weights), decisions)
    at = element.at(0, 2)
    assert weights[at[1] + 1] == 0, "a context that was never seen says nothing"
    model, rate, encoder = ContextModel(weights.tolist()), RateEstimator(), Encoder()
    for coder in (rate, encoder):
        for bit in (0, 1, 1):
            ContextCoder(coder, model).bit(bit, element.at(1, 1), 1)
    assert rate.bits < 4
    assert len(encoder.finish()) <= 1
