"""A face that every machine has: scikit-image's astronaut."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

import vcmcodec
from vcmcodec.bench.studies import demo


@functools.cache
def portrait() -> NDArray[np.uint8]:
    """uint8 (256, 256, 3)."""
    return demo.portrait()


@functools.cache
def file() -> bytes:
    """The portrait's file of strokes, with all colours."""
    return vcmcodec.encode(portrait(), scheme="strokes")


@functools.cache
def ends() -> tuple[int, ...]:
    """Where that file may be cut: the ends of its layers."""
    return tuple(layer.end for layer in vcmcodec.inspect(file()).layers)


@functools.cache
def default_file() -> bytes:
    """The portrait's file, as it is made where nothing else is asked for."""
    return vcmcodec.encode(portrait())


@functools.cache
def texture_file() -> bytes:
    """The portrait's file of texture alone."""
    return vcmcodec.encode(portrait(), scheme="texture")
