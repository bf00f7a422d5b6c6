"""Axes: labels of time buckets without holes, round ticks, short numbers."""

from __future__ import annotations

import math
from typing import Final

from registry.bucket import bucket_start
from registry.moment import date_days, date_text, time_text, time_us
from registry.plan import Bucket
from registry.record import TIME, Type

_BUCKETS_MAX: Final = 2_000
#: more than the bucket's length, less than two
_STEP: Final[dict[str, int]] = {
    "minute": 60_000_000, "hour": 3_600_000_000, "day": 1, "week": 7, "month": 31, "quarter": 92,
    "year": 366,
}  # fmt: skip


def between(starts: list[str], bucket: Bucket) -> list[str]:
    """Every bucket from the first of these to the last, as ISO texts. These alone, in order, where
    the way between them is too long to draw.
    """
    fine = bucket in ("minute", "hour")
    read, write, kind = (time_us, time_text, TIME) if fine else (date_days, date_text, Type("date"))
    known = sorted(set(starts))
    at, end = read(known[0]), read(known[-1])
    out: list[str] = []
    while at is not None and end is not None and at <= end:
        if len(out) == _BUCKETS_MAX:
            return known
        out.append(write(at))
        at = bucket_start(at + _STEP[bucket], kind, bucket)
    return out


def short(starts: list[str], bucket: Bucket) -> list[str]:
    """The buckets' labels: what all of them share is left out."""
    if bucket == "year":
        return [start[:4] for start in starts]
    if bucket == "quarter":
        return [f"{start[:4]}-Q{(int(start[5:7]) + 2) // 3}" for start in starts]
    if bucket == "month":
        return [start[:7] for start in starts]
    if bucket in ("day", "week"):
        return starts if len({start[:4] for start in starts}) > 1 else [s[5:] for s in starts]
    one_day = len({start[:10] for start in starts}) == 1
    return [start[11:16] if one_day else f"{start[5:10]} {start[11:16]}" for start in starts]


def ticks(low: float, high: float, count: int) -> list[float]:
    """About `count` round numbers from at most `low` to at least `high`, evenly apart."""
    span = (high - low) or abs(high) or 1.0
    raw = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(n * step, 12) for n in range(first, max(last, first + 1) + 1)]


def number(value: float) -> str:
    """A number for a person: thousands separated, few digits behind the point."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}"


def brief(value: float) -> str:
    """A number for an axis: 1,200 is 1.2k."""
    for size, sign in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if sign == 'k' else size):.4g}{sign}"
    return number(value)
