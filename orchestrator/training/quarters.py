"""Embeddings in four bits: a scale per group of numbers, two numbers a byte."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

GROUP: Final = 32
_LEVELS: Final = 7
_ZERO: Final = 8


def packed(words: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """(V, W / 2) bytes, (V, W / GROUP) scales."""
    grouped = words.reshape(len(words), -1, GROUP)
    scales = np.maximum(np.abs(grouped).max(-1) / _LEVELS, 1e-6).astype(np.float16)
    exact = grouped / scales.astype(np.float32)[..., None]
    small = np.clip(np.rint(exact), -_LEVELS, _LEVELS)
    whole = (small.reshape(len(words), -1) + _ZERO).astype(np.uint8)
    return whole[:, ::2] << 4 | whole[:, 1::2], scales


def unpacked(small: NDArray[Any], scales: NDArray[np.float16]) -> NDArray[np.float32]:
    """The inverse of `packed`, nearly."""
    whole = np.empty((len(small), small.shape[1] * 2), dtype=np.float32)
    whole[:, ::2], whole[:, 1::2] = small >> 4, small & 15
    out: NDArray[np.float32] = (whole - _ZERO) * np.repeat(scales.astype(np.float32), GROUP, 1)
    return out
