"""What people do in the product, and the marketing funnel."""

from __future__ import annotations

import random
from collections import Counter
from typing import Final

from orchestrator.demo.hours import moments
from orchestrator.demo.people import STAFF, People
from orchestrator.demo.visits import Visit
from orchestrator.demo.world import DAY, Record, Records, World, date_of, money, present, stamp

EVENTS: Final = (
    ("ran_search", 34),
    ("created_project", 19),
    ("exported_report", 17),
    ("shared_link", 13),
    ("invited_teammate", 9),
    ("deleted_project", 5),
    ("upgraded_plan", 3),
)
FEATURES: Final = (
    ("dashboards", 30),
    ("reports", 24),
    ("projects", 20),
    ("timesheets", 12),
    ("calendar", 8),
    ("budgets", 6),
)
#: path, weight, usual ms to load
PAGES: Final = (
    ("/dashboards", 28, 420),
    ("/projects", 22, 310),
    ("/reports", 15, 980),
    ("/search", 10, 260),
    ("/settings", 7, 190),
    ("/members", 6, 220),
    ("/billing", 4, 350),
)
FRONT: Final = (("/", 45, 240), ("/pricing", 26, 280), ("/blog", 17, 330), ("/help", 12, 300))
SITES: Final = (("google.com", "bing.com", "linkedin.com", "github.com"), (66, 9, 15, 10))
#: channel, share of sign-ups, visitors for each of them, cents a visitor
CHANNELS: Final = (
    ("organic", 38, 31, 0),
    ("paid_ads", 27, 44, 62),
    ("referral", 14, 17, 12),
    ("email", 12, 14, 3),
    ("direct", 9, 26, 0),
)
FUNNEL_DAYS: Final = 120
KEPT_DAYS: Final = 120


def analytics(world: World, people: People, visits: list[Visit]) -> Records:
    """Events and page views of the visits, and the funnel by day."""
    since = world.now_s - KEPT_DAYS * DAY
    recent = [visit for visit in visits if visit.start_s >= since] or visits
    return {
        "analytics.events": _events(world, recent),
        "analytics.page_views": _page_views(world, recent),
        "analytics.daily": _daily(world, people),
    }


def _events(world: World, visits: list[Visit]) -> list[Record]:
    rng = world.rng("events")
    drawn = _drawn(rng, visits, world.many(2_200))
    happened = [(_within(rng, world, visit), visit) for visit in drawn]
    happened.sort(key=lambda pair: pair[0])
    names, weights = zip(*EVENTS, strict=True)
    features, shares = zip(*FEATURES, strict=True)
    return [
        present(
            id=f"e-{n + 1:05}",
            user=visit.user,
            name=rng.choices(names, weights)[0],
            feature=rng.choices(features, shares)[0],
            device=visit.device,
            at=stamp(at),
        )
        for n, (at, visit) in enumerate(happened)
    ]


def _drawn(rng: random.Random, visits: list[Visit], count: int) -> list[Visit]:
    """Longer visits more often."""
    return rng.choices(visits, [60 + visit.length_s for visit in visits], k=count)


def _within(rng: random.Random, world: World, visit: Visit) -> int:
    return min(visit.start_s + int(rng.random() * visit.length_s), world.now_s - 1)


def _page_views(world: World, visits: list[Visit]) -> list[Record]:
    """Pages seen in visits, and the front pages that strangers see."""
    rng = world.rng("page views")
    seen: list[tuple[int, Visit | None]] = [
        (_within(rng, world, visit), visit) for visit in _drawn(rng, visits, world.many(1_600))
    ]
    strangers = moments(rng, world.now_s, world.many(500), days=KEPT_DAYS)
    seen += [(at, None) for at in strangers]
    seen.sort(key=lambda view: view[0])
    return [_page_view(world, rng, n, at, visit) for n, (at, visit) in enumerate(seen)]


def _page_view(world: World, rng: random.Random, n: int, at: int, visit: Visit | None) -> Record:
    pages = PAGES if visit else FRONT
    path, _, usual = rng.choices(pages, [page[1] for page in pages])[0]
    slow = 4 if world.troubled(at) else 1
    return present(
        id=f"v-{n + 1:05}",
        user=visit.user if visit else None,
        session=visit.id if visit else None,
        path=path,
        referrer=rng.choices(*SITES)[0] if visit is None else None,
        load_ms=int(usual * slow * rng.lognormvariate(0, 0.45)),
        at=stamp(at),
    )


def _daily(world: World, people: People) -> list[Record]:
    """The sign-ups are those of the users; where they came from is drawn for each."""
    rng = world.rng("funnel")
    channels, weights = [c[0] for c in CHANNELS], [c[1] for c in CHANNELS]
    since = world.now_s // DAY * DAY - (FUNNEL_DAYS - 1) * DAY
    signups = Counter(
        (moment // DAY, rng.choices(channels, weights)[0])
        for moment in people.user_since[STAFF:]
        if moment >= since
    )
    found = []
    for day in range(since // DAY, world.now_s // DAY + 1):
        for channel, _, each, cents in CHANNELS:
            new = signups[day, channel]
            visitors = int((new + 0.6) * each * (0.7 + rng.random() * 0.6))
            found.append(
                {
                    "day": date_of(day * DAY),
                    "channel": channel,
                    "visitors": visitors,
                    "signups": new,
                    "cost": money(round(visitors * cents * (0.9 + rng.random() * 0.2))),
                }
            )
    return found
