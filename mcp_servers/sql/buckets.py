"""Calendar buckets in SQL, as `registry.bucket` says them. Pure.

`minute` and `hour` give µs since 1970, the others days since 1970, as `registry.check` types them.
"""

from __future__ import annotations

from typing import Literal

from registry.plan import Bucket
from registry.record import Type

_DAY_US = 86_400_000_000
_FINE_US = {"minute": 60_000_000, "hour": 3_600_000_000}


def bucket_sql(
    expression: str, kind: Type, bucket: Bucket, *, engine: Literal["sqlite", "duckdb"] = "sqlite"
) -> str:
    """The start of the bucket that a time (µs) or date (days) expression falls in."""
    if bucket in _FINE_US:
        return _floor(expression, _FINE_US[bucket])
    divided = "/" if engine == "sqlite" else "//"  # of whole numbers
    days = (
        expression
        if kind.name == "date"
        else f"({_floor(expression, _DAY_US)} {divided} {_DAY_US})"
    )
    if bucket == "day":
        return days
    if bucket == "week":
        # Day 0 was a Thursday, so Mondays are the days whose number + 3 is divisible by 7.
        return f"({_floor(f'({days} + 3)', 7)} - 3)"
    if engine == "duckdb":
        first = f"date_trunc('{bucket}', DATE '1970-01-01' + CAST({days} AS INTEGER))"
        return f"date_diff('day', DATE '1970-01-01', {first})"
    if bucket == "quarter":
        month = f"unixepoch({days} * 86400, 'unixepoch', 'start of month')"
        back = f"((strftime('%m', {month}, 'unixepoch') - 1) % 3)"
        return f"(unixepoch({month}, 'unixepoch', '-' || {back} || ' months') / 86400)"
    return f"(unixepoch({days} * 86400, 'unixepoch', 'start of {bucket}') / 86400)"


def _floor(expression: str, step: int) -> str:
    """The multiple of `step` at or before; `%` alone rounds towards zero."""
    return f"({expression} - (({expression} % {step}) + {step}) % {step})"
