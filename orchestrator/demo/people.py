"""The customers' teams and their people, and the staff that serves them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from orchestrator.demo.hours import Crowd, moments, zipf
from orchestrator.demo.names import firm, person, plain
from orchestrator.demo.world import COUNTRIES, DAY, Record, World, money, shares, stamp

COMPANY: Final = "Tideline"
STAFF: Final = 14
INDUSTRIES: Final = (
    ("software", 26),
    ("retail", 20),
    ("finance", 13),
    ("healthcare", 11),
    ("education", 10),
    ("manufacturing", 8),
    ("media", 7),
    ("logistics", 5),
)
#: plan, weight, fewest and most seats, cents a seat and month
PLANS: Final = (
    ("free", 34, 1, 5, 0),
    ("starter", 31, 3, 15, 900),
    ("pro", 24, 10, 60, 1_900),
    ("enterprise", 11, 60, 400, 2_900),
)
_PLACES: Final = {country: (cities, language) for country, cities, language, _ in COUNTRIES}


@dataclass(slots=True)
class People:
    """Teams and users in the order they came. Times in seconds since 1970."""

    teams: list[Record]
    team_since: list[int]
    users: list[Record] = field(default_factory=list)
    user_since: list[int] = field(default_factory=list)
    by_id: dict[str, Record] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def staff(self) -> list[str]:
        """Ids of the company's own people."""
        return [user["id"] for user in self.users[:STAFF]]

    def crowd(self, rng: random.Random, *, flat: float = 4.0) -> Crowd:
        """Customers by how much they use the product; the invited never came."""
        weights = zipf(rng, len(self.users), flat=flat)
        for n, user in enumerate(self.users):
            if n < STAFF or user["status"] == "invited":
                weights[n] = 0.0
        weights[STAFF] = max(weights[STAFF], 1e-9)
        return Crowd(rng, [u["id"] for u in self.users], self.user_since, weights)

    def team_crowd(self, rng: random.Random) -> Crowd:
        """Customer teams by seats."""
        weights = [0.0, *(team["seats"] ** 0.6 for team in self.teams[1:])]
        return Crowd(rng, [t["id"] for t in self.teams], self.team_since, weights)


def people(world: World) -> People:
    """Teams and users, each team with its owner. `last_seen_at` follows from the visits, later."""
    rng = world.rng("people")
    found = _teams(world, rng)
    joined = _arrivals(world, rng, found)
    countries = shares(rng, [(country, share) for country, _, _, share in COUNTRIES], len(joined))
    taken: set[str] = set()
    for n, ((moment, team), country) in enumerate(zip(joined, countries, strict=True)):
        user = _user(rng, n, team, country, person(rng, country, taken))
        user["signed_up_at"] = stamp(moment)
        if team["id"] not in found.owners:
            found.owners[team["id"]] = user["id"]
            team["country"] = country
            user |= {"role": "owner", "status": "active"}
        if n < STAFF:
            user |= {"role": "staff", "status": "active"}
        found.users.append(user)
        found.user_since.append(moment)
        found.by_id[user["id"]] = user
    return found


def _teams(world: World, rng: random.Random) -> People:
    since = moments(rng, world.now_s - DAY, world.many(160), days=720, growth=1.5)
    since[0] = world.now_s - 800 * DAY
    taken = {COMPANY}
    teams = []
    names, weights = zip(*INDUSTRIES, strict=True)
    for n, moment in enumerate(since):
        industry = rng.choices(names, weights)[0]
        plan, _, least, most, cents = rng.choices(PLANS, [p[1] for p in PLANS])[0]
        seats = round(least + (most - least) * rng.betavariate(1.2, 2.5))
        fee = seats * cents * rng.randint(850, 1_000) // 1_000
        team = {
            "id": f"t-{n + 1:03}",
            "name": firm(rng, industry, taken),
            "industry": industry,
            "plan": plan,
            "country": "",
            "seats": seats,
            "monthly_fee": money(fee),
            "created_at": stamp(moment),
        }
        teams.append(team)
    teams[0] |= {"name": COMPANY, "industry": "software", "plan": "free", "monthly_fee": "0.00"}
    return People(teams, since)


def _arrivals(world: World, rng: random.Random, found: People) -> list[tuple[int, Record]]:
    """Who joins when: the staff, then owners with their teams and the others after them."""
    teams = {team["id"]: team for team in found.teams}
    staff = [(found.team_since[0] + n * DAY, found.teams[0]) for n in range(STAFF)]
    owners = list(zip(found.team_since[1:], found.teams[1:], strict=True))
    others = max(12, world.many(1_500) - len(staff) - len(owners))
    crowd = found.team_crowd(rng)
    later = [
        (moment, teams[crowd.at(moment)])
        for moment in moments(rng, world.now_s, others, days=600, growth=2.5)
        if moment > found.team_since[min(1, len(found.team_since) - 1)]
    ]
    return staff + sorted(owners + later, key=lambda arrival: arrival[0])


def _user(rng: random.Random, n: int, team: Record, country: str, name: str) -> Record:
    cities, language = _PLACES[country]
    return {
        "id": f"u-{n + 1:04}",
        "name": name,
        "email": f"{plain(name)}@{plain(team['name']).replace('.', '')}.example",
        "team": team["id"],
        "role": rng.choices(("member", "admin", "guest"), (80, 12, 8))[0],
        "plan": team["plan"],
        "status": rng.choices(("active", "invited", "closed", "suspended"), (86, 6, 6, 2))[0],
        "country": country,
        "city": rng.choice(cities),
        "language": language if rng.random() < 0.8 else "English",
    }
