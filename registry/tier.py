"""Where a record lives, and so what it costs to read."""

from __future__ import annotations

from enum import StrEnum


class Tier(StrEnum):
    """`hot`: served by the cache. `warm`: rows. `cold`: segments."""

    HOT = "hot"
    WARM = "warm"
    COLD = "cold"
