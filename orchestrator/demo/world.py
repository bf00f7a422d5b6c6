"""What all areas of the company share: the seed, the last instant, the size and the bad days."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from registry.moment import date_text

Record: TypeAlias = dict[str, Any]
Records: TypeAlias = dict[str, list[Record]]

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
COUNTRIES: Final = (
    # country, cities, language, share of the users
    ("United States", ("New York", "Austin", "Seattle", "Chicago"), "English", 0.25),
    ("Germany", ("Berlin", "Hamburg", "Munich", "Leipzig"), "German", 0.18),
    ("United Kingdom", ("London", "Manchester", "Bristol"), "English", 0.13),
    ("France", ("Paris", "Lyon", "Nantes"), "French", 0.10),
    ("Netherlands", ("Amsterdam", "Utrecht"), "Dutch", 0.08),
    ("Spain", ("Madrid", "Valencia"), "Spanish", 0.06),
    ("Italy", ("Milan", "Turin"), "Italian", 0.05),
    ("Sweden", ("Stockholm", "Malmo"), "Swedish", 0.04),
    ("India", ("Bangalore", "Pune"), "English", 0.035),
    ("Poland", ("Warsaw", "Krakow"), "Polish", 0.03),
    ("Brazil", ("Sao Paulo", "Recife"), "Portuguese", 0.025),
    ("Japan", ("Tokyo", "Osaka"), "Japanese", 0.02),
)
HOSTS: Final = ("web-1", "web-2", "api-1", "db-1", "worker-1")


@dataclass(frozen=True, slots=True)
class Incident:
    """A stretch of time in which much fails. Seconds since 1970."""

    start_s: int
    end_s: int
    host: str


@dataclass(frozen=True, slots=True)
class World:
    """`now_s`: all happened before it; seconds since 1970. `scale` 1 is about 30,000 records."""

    seed: int
    now_s: int
    scale: float
    incidents: tuple[Incident, ...]

    def rng(self, area: str) -> random.Random:
        """The area's own dice, so that a change in one area moves no other."""
        return random.Random(f"{self.seed}:{area}")  # noqa: S311 - a sample, not a secret

    def many(self, count: int) -> int:
        """`count` at scale 1; a dozen at the least, so that the smallest company is still whole."""
        return max(min(count, 12), round(count * self.scale))

    def troubled(self, moment_s: int) -> Incident | None:
        """The incident under way at that moment."""
        for incident in self.incidents:
            if incident.start_s <= moment_s < incident.end_s:
                return incident
        return None


def make_world(seed: int, now_us: int, scale: float) -> World:
    """The frame of a company. Incidents thin out into the past; some are always recent."""
    rng = random.Random(f"{seed}:world")  # noqa: S311 - a sample, not a secret
    now_s = now_us // 1_000_000
    incidents = []
    for days_ago in (0.6, 3.2, 5.7, 8.4, 12.3, 18.6, 33.0, 54.5, 78.1):
        start = now_s - round((days_ago + rng.random() * 0.3) * DAY)
        length = rng.randint(25, 160) * MINUTE
        incidents.append(Incident(start, start + length, rng.choice(HOSTS)))
    return World(seed, now_s, scale, tuple(incidents))


@lru_cache(maxsize=4_096)
def _date(day: int) -> str:
    return date_text(day)


def date_of(moment_s: int) -> str:
    """The UTC date of a moment, in wire form."""
    return _date(moment_s // DAY)


def stamp(moment_s: int) -> str:
    """A moment in whole seconds since 1970, in wire form."""
    day, second = divmod(moment_s, DAY)
    hour, second = divmod(second, HOUR)
    minute, second = divmod(second, MINUTE)
    return f"{_date(day)}T{hour:02}:{minute:02}:{second:02}Z"


def money(cents: int) -> str:
    """Cents as a decimal of scale 2, in wire form."""
    return f"{cents // 100}.{cents % 100:02}"


def shares(rng: random.Random, table: Sequence[tuple[Any, float]], count: int) -> list[Any]:
    """`count` items in random order, each as often as its share says; the first fills up."""
    dealt = [item for item, share in table for _ in range(int(share * count))]
    dealt += [table[0][0]] * (count - len(dealt))
    rng.shuffle(dealt)
    return dealt


def present(**fields: Any) -> Record:
    """A record of the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}
