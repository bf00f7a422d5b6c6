"""Log odds: what speaks for a reading and against it adds up in them. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

_LEAST: Final = 0.01  # of a share: nobody is surer than this
_MOST: Final = 30.0  # beyond, a float knows no difference


def logit(share: float) -> float:
    """The log odds of a share, 0 to 1."""
    share = min(max(share, _LEAST), 1.0 - _LEAST)
    return math.log(share / (1.0 - share))


def share(logit: float) -> float:
    """0 to 1, of log odds."""
    return 1.0 / (1.0 + math.exp(-max(-_MOST, min(_MOST, logit))))


def weighed(evidence: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The share that was right with such evidence: `weights` has one for each name that counts,
    and a `bias`."""
    return share(weights["bias"] + sum(weights.get(name, 0.0) * x for name, x in evidence.items()))
