"""Which places should move, and why: a pure function of what the domains say about themselves.

Rules, the first that speaks decides. A record's age is counted from the end of its bucket's month,
so that a month moves as a whole when all of it is old enough.

    cold domain          rows cool at the next pass
    age                  rows of a month that ended long ago cool
    size                 past the cap of a collection, its oldest months cool
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from registry.moment import US_DAY
from registry.tier import Tier

ROWS_MAX: Final = 100_000  # of one collection, in the row store
FEW_ROWS: Final = 1_000  # not worth a further segment in a bucket that has one
_COOLS_AFTER_DAYS: Final = {Tier.HOT: 90, Tier.WARM: 90, Tier.COLD: 0}


@dataclass(frozen=True, slots=True)
class Placement:
    """A bucket's rows or a segment. `until_us`: when its time ends."""

    place: str
    collection: str
    tier: Tier
    rows: int
    until_us: int | None = None
    bytes: int | None = None
    dead: int = 0
    moved_us: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a place goes, `None`: nowhere, and why."""

    placement: Placement
    to: Tier | None
    why: str


def decide(placements: Iterable[Placement], domain: Tier, now_us: int) -> list[Decision]:
    """A decision for each placement of a domain whose spec says `domain`, in the order given."""
    known = list(placements)
    has_segment = {_bucket(p) for p in known if p.tier is Tier.COLD}
    over = _over_the_cap(known)
    return [_one(p, domain, now_us, _bucket(p) in has_segment, p.place in over) for p in known]


def _one(
    placement: Placement, domain: Tier, now_us: int, has_segment: bool, over: bool
) -> Decision:
    if placement.tier is Tier.COLD:
        return Decision(placement, None, "it is cold, and nothing asks for it back")
    if has_segment and placement.rows < FEW_ROWS and not over:
        why = f"fewer than {FEW_ROWS:,} rows wait beside the segment of their bucket"
        return Decision(placement, None, why)
    if domain is Tier.COLD:
        return Decision(placement, Tier.COLD, "rows of a cold domain cool at the next pass")
    after = _COOLS_AFTER_DAYS[domain]
    if placement.until_us is None:
        return Decision(placement, None, "it has no time to tell its age by")
    age = (now_us - placement.until_us) // US_DAY
    if age >= after:
        return Decision(placement, Tier.COLD, f"its month ended {age} days ago (limit {after})")
    if over and age >= 0:
        return Decision(placement, Tier.COLD, f"the collection has more than {ROWS_MAX:,} rows")
    since = f"its month ended {age} days ago" if age >= 0 else "its month is not over"
    return Decision(placement, None, f"{since} (limit {after})")


def _bucket(placement: Placement) -> str:
    return "/".join(placement.place.split("/")[:2])


def _over_the_cap(placements: Sequence[Placement]) -> set[str]:
    """The oldest places of rows whose going brings each collection under the cap."""
    out: set[str] = set()
    warm = [p for p in placements if p.tier is not Tier.COLD]
    for collection in {p.collection for p in warm}:
        mine = [p for p in warm if p.collection == collection]
        excess = sum(p.rows for p in mine) - ROWS_MAX
        for placement in sorted(mine, key=lambda p: (p.until_us is None, p.until_us, p.place)):
            if excess <= 0:
                break
            out.add(placement.place)
            excess -= placement.rows
    return out
