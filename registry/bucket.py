"""Calendar buckets: UTC, weeks start on Monday. Pure.

`minute` and `hour` give µs since 1970, the others days since 1970, as `registry.check` types them.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from registry.plan import Bucket
from registry.record import Type

_DAY_US: Final = 86_400_000_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_FINE_US: Final = {"minute": 60_000_000, "hour": 3_600_000_000}


def bucket_start(value: int, kind: Type, bucket: Bucket) -> int:
    """The start of the bucket that a time (µs) or date (days) falls in."""
    if bucket in _FINE_US:
        return value - value % _FINE_US[bucket]
    days = value if kind.name == "date" else value // _DAY_US
    if bucket == "day":
        return days
    if bucket == "week":
        return days - (days + 3) % 7
    found = date.fromordinal(max(days + _EPOCH, 1))
    month = found.month - (found.month - 1) % _MONTHS[bucket]
    return found.replace(month=month, day=1).toordinal() - _EPOCH
