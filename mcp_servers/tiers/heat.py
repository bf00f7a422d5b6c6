"""Heat: how much a domain's places and cold records are read and updated one by one. Pure; what is
counted here is lost with the process, and no answer changes by it.

An access counts 1 and fades: it is worth half after as many further accesses as are 16 times the
rows that the domain may keep, or after `HEAT_HALF_LIFE_DAYS`; the two add up. Counting decays
forward (Cormode et al., "Forward decay", ICDE 2009): later accesses weigh more, and the sum is
brought down once, when it is taken. Scans do not heat. Memory is bounded: the coldest are
forgotten.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar

from registry.limits import HEAT_HALF_LIFE_DAYS, HEAT_PLACES_MAX, HEAT_RECORDS_MAX
from registry.moment import US_DAY

#: tenant, collection, bucket, segment's number (0: the bucket's rows)
Place: TypeAlias = tuple[str, str, str, int]
#: segment's number, row
Record: TypeAlias = tuple[int, int]
K = TypeVar("K")
_CAPACITIES: Final = 16  # half-life in accesses: so many times the rows that fit
_DOUBLINGS_MAX: Final = 256  # of a weight, before all are brought down


def half_life(rows_max: int) -> float:
    """In accesses, of a domain that keeps so many records of a collection as rows."""
    return float(_CAPACITIES * rows_max)


def fade(accesses: float, us: int, half: float) -> float:
    """What is left of an access after so many others, and so much time. A clock that was set back
    takes nothing away and gives nothing."""
    return float(2.0 ** -(max(0.0, accesses) / half + max(0, us) / (HEAT_HALF_LIFE_DAYS * US_DAY)))


@dataclass(slots=True)
class Touches:
    """What was counted between two flushes, as of the last access."""

    accesses: int = 0
    places: dict[Place, float] = field(default_factory=dict)
    records: dict[Record, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.accesses or self.places)


class Counter:
    """Counts accesses; any thread may."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Touches()
        self._weighed = 0  # accesses since the weights were last brought down
        self._half = 1.0

    def touch(
        self, places: Mapping[Place, int], half: float, *, records: Iterable[Record] = ()
    ) -> None:
        """So many accesses to each place, at once; and to which records, where these are cold."""
        with self._lock:
            self._half = half
            count = sum(places.values())
            self._now.accesses += count
            self._weighed += count
            weight = 2.0 ** (self._weighed / half)
            for place, times in places.items():
                _add(self._now.places, place, weight * times, HEAT_PLACES_MAX)
            for record in records:
                _add(self._now.records, record, weight, HEAT_RECORDS_MAX)
            if self._weighed > half * _DOUBLINGS_MAX:
                self._bring_down()

    def see(self, places: Iterable[Place]) -> None:
        """They were touched, which heats nothing."""
        with self._lock:
            for place in places:
                _add(self._now.places, place, 0.0, HEAT_PLACES_MAX)

    def take(self) -> Touches:
        """All that was counted; counting begins anew."""
        with self._lock:
            self._bring_down()
            taken, self._now = self._now, Touches()
            return taken

    def _bring_down(self) -> None:
        scale = 2.0 ** -(self._weighed / self._half)
        self._weighed = 0
        _scale(self._now.places, scale)
        _scale(self._now.records, scale)


def _add(scores: dict[K, float], key: K, weight: float, most: int) -> None:
    """Past twice the bound, the colder half is forgotten: little work per access."""
    scores[key] = scores.get(key, 0.0) + weight
    if len(scores) > 2 * most:
        for cold in sorted(scores, key=scores.__getitem__)[:most]:
            del scores[cold]


def _scale(scores: dict[K, float], scale: float) -> None:
    for key in scores:
        scores[key] *= scale
