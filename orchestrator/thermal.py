"""Which places should move, and why: a pure function of what the domains say about themselves.

Rules, the first that speaks decides. A record's age is counted from the end of its bucket's month,
so that a month moves as a whole when all of it is old enough; where there is no time, from the last
touch.

    held, pinned         nothing moves
    minimum stay         what was moved a short while ago stays
    heat of a segment    its records that are read often come back, or all when they are many
    few rows             they are not worth a segment of their own
    age                  rows cool; those that are still read stay
    size                 past the cap of a collection, its oldest places that are not read cool

What comes back is far hotter than what may cool (`Policy.promote_at`, `Policy.stay_at`), and only
as much comes back as leaves the cap some room: so nothing goes there and back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from registry.limits import FEW_ROWS, PROMOTE_RECORDS_MAX
from registry.moment import US_DAY
from registry.thermal import Policy
from registry.tier import Tier

_US_HOUR: Final = US_DAY // 24
_ROOM: Final = 0.8  # of the cap; what comes back leaves the rest to what is written
_SINGLE_COST: Final = 2  # of bringing a single record back, in records of a whole segment


@dataclass(frozen=True, slots=True)
class Placement:
    """A bucket's rows or a segment.

    `until_us`: when its time ends. `heat`: its recent point reads and updates. `warmest`: (row,
    heat) of a segment's hottest records. `held`: why it must not move.
    """

    place: str
    collection: str
    tier: Tier
    rows: int
    until_us: int | None = None
    bytes: int | None = None
    dead: int = 0
    moved_us: int | None = None
    touched_us: int | None = None
    heat: float = 0.0
    warmest: tuple[tuple[int, float], ...] = ()
    resident: int = 0
    held: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a place goes, `None`: nowhere, and why. `rows`: of a segment, only these records
    go."""

    placement: Placement
    to: Tier | None
    why: str
    rows: tuple[int, ...] = ()


def decide(placements: Iterable[Placement], policy: Policy, now_us: int) -> list[Decision]:
    """A decision for each placement of a domain, in the order given."""
    return _Pass(list(placements), policy, now_us).decisions()


class _Pass:
    """One look at all places of a domain."""

    def __init__(self, known: list[Placement], policy: Policy, now_us: int) -> None:
        self.known, self.policy, self.now_us = known, policy, now_us
        self.has_segment = {_bucket(p) for p in known if p.tier is Tier.COLD}
        rows = [p for p in known if p.tier is not Tier.COLD]
        self.over: dict[str, str] = {}
        self.room: dict[str, int] = {}
        for collection in {p.collection for p in known}:
            mine = [p for p in rows if p.collection == collection]
            self.over |= self._over(mine)
            self.room[collection] = int(policy.max_rows * _ROOM) - sum(p.rows for p in mine)

    def decisions(self) -> list[Decision]:
        return [self._one(place) for place in self.known]

    def _one(self, place: Placement) -> Decision:
        if (why := self._stuck(place)) is not None:
            return Decision(place, None, why)
        return self._of_segment(place) if place.tier is Tier.COLD else self._of_rows(place)

    def _stuck(self, place: Placement) -> str | None:
        if place.held is not None:
            return f"it is held: {place.held}"
        if place.collection in self.policy.pin:
            return f"{place.collection} is pinned by the domain's policy"
        if place.moved_us is not None:
            stayed = max(0, self.now_us - place.moved_us) // _US_HOUR
            if stayed < self.policy.minimum_stay_hours:
                return (
                    f"it was moved {stayed} hours ago (it stays {self.policy.minimum_stay_hours})"
                )
        return None

    # -- segments

    def _of_segment(self, place: Placement) -> Decision:
        threshold = self.policy.promote_at
        hot = tuple(row for row, heat in place.warmest if 0 < threshold <= heat)
        spread = place.heat - sum(max(0.0, h - threshold) for _, h in place.warmest)
        whole = 0 < threshold * place.rows <= spread or _SINGLE_COST * len(hot) >= place.rows
        if not (hot or whole):
            limit = f"comes back at {threshold:g}" if threshold else "never comes back"
            return Decision(place, None, f"{_each(place.heat / place.rows)} ({limit})")
        room = self.room[place.collection]
        if whole and place.rows <= room:
            self.room[place.collection] -= place.rows
            why = f"it is read often, {_each(place.heat / place.rows)} (limit {threshold:g})"
            return Decision(place, Tier.WARM, why)
        return self._single(place, hot[:PROMOTE_RECORDS_MAX])

    def _single(self, place: Placement, hot: tuple[int, ...]) -> Decision:
        if not hot or len(hot) > self.room[place.collection]:
            why = f"it is read often, but {place.collection} has no room for more rows"
            return Decision(place, None, why)
        self.room[place.collection] -= len(hot)
        verb = "is" if len(hot) == 1 else "are"
        why = f"{len(hot):,} of its {place.rows:,} records {verb} read often"
        return Decision(place, Tier.WARM, why, hot)

    # -- rows

    def _of_rows(self, place: Placement) -> Decision:
        over = self.over.get(place.place)
        beside = _bucket(place) in self.has_segment
        enough = max(self.policy.min_rows, FEW_ROWS if beside else 1)
        if place.rows < enough and over is None:
            another = "another" if beside else "a"
            why = f"fewer than {enough:,} rows are not worth {another} segment"
            return Decision(place, None, why)
        due, why = self._due(place)
        if due and self._hot(place):
            return Decision(place, None, f"{why}, but it is read, {self._heat(place)}")
        if due:
            return Decision(place, Tier.COLD, why)
        return Decision(place, None, why) if over is None else Decision(place, Tier.COLD, over)

    def _due(self, place: Placement) -> tuple[bool, str]:
        """Whether it is old enough, and how old it is."""
        limit = self.policy.cool_after_days
        if not limit:
            return True, "rows of this domain cool at the next pass"
        age = self._age(place)
        if age is None:
            return False, "it has no time to tell its age by"
        if place.until_us is None:
            return age >= limit, f"it was touched {age} days ago (limit {limit})"
        since = f"its month ended {age} days ago" if age >= 0 else "its month is not over"
        return age >= limit, f"{since} (limit {limit})"

    def _age(self, place: Placement) -> int | None:
        since = place.touched_us if place.until_us is None else place.until_us
        return None if since is None else (self.now_us - since) // US_DAY

    def _hot(self, place: Placement) -> bool:
        """Still read too much to cool. Where rows cool at once, only what was brought back is."""
        kept = self.policy.cool_after_days > 0 or place.moved_us is not None
        return kept and 0 < self.policy.stay_at * place.rows <= place.heat

    def _heat(self, place: Placement) -> str:
        return f"{_each(place.heat / place.rows)} (cools below {self.policy.stay_at:g})"

    def _over(self, mine: Sequence[Placement]) -> dict[str, str]:
        """The places whose going brings a collection under its caps, and why: what is not read
        first, then the oldest."""
        out: dict[str, str] = {}
        rows = sum(p.rows for p in mine) - self.policy.max_rows
        size = sum(p.bytes or 0 for p in mine) - self.policy.max_bytes
        ages = {
            p.place: age
            for p in mine
            if self._stuck(p) is None and (age := self._age(p)) is not None and age >= 0
        }
        old = [p for p in mine if p.place in ages]
        for place in sorted(old, key=lambda p: (self._hot(p), -ages[p.place], p.place)):
            if rows <= 0 and size <= 0:
                break
            most, unit = (
                (self.policy.max_rows, "records") if rows > 0 else (self.policy.max_bytes, "bytes")
            )
            out[place.place] = f"{place.collection} has more than {most:,} {unit} as rows"
            rows, size = rows - place.rows, size - (place.bytes or 0)
        return out


def _each(heat: float) -> str:
    return f"heat {heat:.2g} a record"


def _bucket(placement: Placement) -> str:
    return "/".join(placement.place.split("/")[:2])
