"""Visits to the product and attempts to sign in."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from orchestrator.demo.hours import moments
from orchestrator.demo.people import People
from orchestrator.demo.world import COUNTRIES, DAY, MINUTE, Record, World, present, stamp

#: device, weight, browsers with weights, systems
DEVICES: Final = (
    ("desktop", 63, ("Chrome", "Firefox", "Edge", "Safari"), (56, 17, 15, 12)),
    ("mobile", 30, ("Chrome", "Safari", "Firefox"), (48, 47, 5)),
    ("tablet", 7, ("Safari", "Chrome"), (70, 30)),
)
SYSTEMS: Final = {
    "desktop": (("Windows", "macOS", "Linux"), (58, 31, 11)),
    "mobile": (("Android", "iOS"), (52, 48)),
    "tablet": (("iPadOS", "Android"), (70, 30)),
}
METHODS: Final = (("password", "google", "sso", "magic_link"), (52, 24, 16, 8))
REASONS: Final = (
    ("wrong_password", "expired_link", "unknown_device", "locked"),
    (68, 12, 12, 8),
)
_NAMES: Final = tuple(country[0] for country in COUNTRIES)
#: days ago on which somebody tried stolen passwords, and how often
_RAIDS: Final = ((1, 14), (9, 26), (37, 21), (61, 33))


@dataclass(frozen=True, slots=True)
class Visit:
    """A session as other areas need it. Times in seconds since 1970."""

    id: str
    user: str
    start_s: int
    length_s: int
    device: str


def visits(world: World, people: People) -> tuple[list[Record], list[Visit]]:
    """Sessions as records and as visits. Sets each user's `last_seen_at`."""
    rng = world.rng("session")
    crowd = people.crowd(rng)
    records, found = [], []
    devices, weights = [d[0] for d in DEVICES], [d[1] for d in DEVICES]
    for n, start in enumerate(moments(rng, world.now_s, world.many(4_500), days=180, growth=1.5)):
        device = rng.choices(devices, weights)[0]
        length = min(4 * 3_600, 8 + int(rng.lognormvariate(5.6, 0.9)))
        visit = Visit(f"s-{n + 1:05}", crowd.at(start), start, length, device)
        found.append(visit)
        records.append(_session(world, rng, people, visit))
    _last_seen(world, people, found)
    return records, found


def _session(world: World, rng: random.Random, people: People, visit: Visit) -> Record:
    _, _, browsers, weights = DEVICES[("desktop", "mobile", "tablet").index(visit.device)]
    over = visit.start_s + visit.length_s < world.now_s
    return present(
        id=visit.id,
        user=visit.user,
        started_at=stamp(visit.start_s),
        ended_at=stamp(visit.start_s + visit.length_s) if over else None,
        duration_s=visit.length_s if over else None,
        page_count=1 + int(visit.length_s / 70 * (0.4 + rng.random())),
        device=visit.device,
        browser=rng.choices(browsers, weights)[0],
        os=rng.choices(*SYSTEMS[visit.device])[0],
        country=_country(rng, people, visit.user),
        ip=_ip(rng),
    )


def _country(rng: random.Random, people: People, user: str) -> str:
    """Home, or once in a while somewhere on the road."""
    home: str = people.by_id[user]["country"]
    return home if rng.random() < 0.94 else rng.choice(_NAMES)


def _ip(rng: random.Random) -> str:
    """An address from the ranges kept for examples (RFC 5737)."""
    return f"{rng.choice(('192.0.2', '198.51.100', '203.0.113'))}.{rng.randint(1, 254)}"


def _last_seen(world: World, people: People, found: list[Visit]) -> None:
    rng = world.rng("last seen")
    last = {visit.user: visit.start_s for visit in found}
    for user, since in zip(people.users, people.user_since, strict=True):
        seen = last.get(user["id"])
        if seen is None and user["status"] != "invited":
            # visits are kept for 180 days; who has none left came before
            seen = since + int(rng.random() * min(30 * DAY, world.now_s - since))
        if seen is not None:
            user["last_seen_at"] = stamp(seen)


def logins(world: World, people: People) -> list[Record]:
    """Attempts to sign in: few fail, but on some days somebody tries stolen passwords."""
    rng = world.rng("login")
    crowd = people.crowd(rng)
    attempts = []
    for at in moments(rng, world.now_s, world.many(1_700), days=90):
        user = crowd.at(at)
        failed = rng.random() < (0.4 if world.troubled(at) else 0.06)
        method = rng.choices(*METHODS)[0]
        country = _country(rng, people, user)
        attempts.append((at, user, method, failed, country, _ip(rng)))
    for days_ago, tries in _RAIDS:
        morning = (world.now_s // DAY - days_ago) * DAY + 8 * 60 * MINUTE
        start, ip = morning + rng.randint(0, 500) * MINUTE, _ip(rng)
        country = rng.choice(_NAMES)
        for _ in range(world.many(tries)):
            start += rng.randint(2, 40)
            attempts.append((start, crowd.at(start), "password", True, country, ip))
    attempts.sort()
    return [
        present(
            id=f"l-{n + 1:05}",
            user=user,
            at=stamp(at),
            method=method,
            outcome="failed" if failed else "succeeded",
            reason=_reason(rng, method) if failed else None,
            country=country,
            ip=ip,
        )
        for n, (at, user, method, failed, country, ip) in enumerate(attempts)
    ]


def _reason(rng: random.Random, method: str) -> str:
    """Only a link expires, only a password is wrong."""
    reason = rng.choices(*REASONS)[0]
    if method == "magic_link":
        return "expired_link"
    if reason == "expired_link" or (reason == "wrong_password" and method != "password"):
        return "unknown_device"
    return reason
