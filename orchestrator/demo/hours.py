"""When things happen and to whom: office hours, quiet weekends, growth; a few do most."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final

from orchestrator.demo.world import DAY, HOUR

#: how much of a day's traffic falls in each hour (UTC)
OFFICE: Final = (1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 13, 11, 14, 16, 15, 13, 10, 7, 5, 4, 3, 2, 1)
ALWAYS: Final = (1,) * 24
WEEKEND: Final = 0.3


def moments(
    rng: random.Random,
    now_s: int,
    count: int,
    *,
    days: int,
    growth: float = 1.0,
    hours: Sequence[int] = OFFICE,
) -> list[int]:
    """`count` rising, distinct moments of the last `days` days, the last one before `now_s`.

    `growth` 1.0: the last day is twice as busy as the first.
    """
    today = now_s // DAY
    weights = []
    for back in range(days):
        weekend = datetime.fromtimestamp((today - back) * DAY, UTC).weekday() >= 5
        busy = 1 + growth * (1 - back / days)
        weights.append(busy * (WEEKEND if weekend and hours is OFFICE else 1))
    elapsed = sum(hours[: now_s % DAY // HOUR + 1]) / sum(hours)
    weights[0] *= elapsed
    backs = rng.choices(range(days), cum_weights=list(accumulate(weights)), k=count)
    clock = rng.choices(range(24), weights=hours, k=count)
    found = []
    for back, hour in zip(backs, clock, strict=True):
        moment = (today - back) * DAY + hour * HOUR + int(rng.random() * HOUR)
        while moment >= now_s - 30:
            moment -= int(1 + rng.random() * 4 * HOUR)
        found.append(moment)
    return distinct(found)


def distinct(found: list[int]) -> list[int]:
    """The moments in rising order, pushed apart to one a second by moving earlier ones back."""
    found.sort()
    for n in range(len(found) - 2, -1, -1):
        if found[n] >= found[n + 1]:
            found[n] = found[n + 1] - 1
    return found


class Crowd:
    """Ids to draw from by weight; none is drawn before it came. `since` rises."""

    def __init__(
        self,
        rng: random.Random,
        ids: Sequence[str],
        since: Sequence[int],
        weights: Sequence[float],
    ) -> None:
        self._rng = rng
        self._ids = ids
        self._since = since
        self._sums = list(accumulate(weights))

    def at(self, moment_s: int) -> str:
        """One who had come by then; the first one where nobody had."""
        known = bisect_right(self._since, moment_s)
        if known == 0:
            return self._ids[0]
        point = self._rng.random() * self._sums[known - 1]
        return self._ids[min(bisect_left(self._sums, point), known - 1)]


def zipf(rng: random.Random, count: int, *, flat: float = 4.0) -> list[float]:
    """Weights 1/(rank + flat) in random order: the first few carry most."""
    weights = [1 / (rank + flat) for rank in range(count)]
    rng.shuffle(weights)
    return weights
