"""Invoices and filed documents."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Final

from orchestrator.demo.hours import moments
from orchestrator.demo.people import STAFF, People
from orchestrator.demo.world import DAY, HOUR, Record, Records, World, money, present, stamp

DUE_DAYS: Final = 14
#: kind, weight, titles, sentences
PAPERS: Final = (
    (
        "contract",
        42,
        ("Subscription agreement with {team}", "Data processing agreement with {team}"),
        (
            "The agreement renews each year unless it is cancelled three months before.",
            "Liability is limited to the fees of twelve months.",
            "Personal data is processed in the European Union only.",
            "The place of jurisdiction is Hamburg.",
        ),
    ),
    (
        "report",
        26,
        ("Revenue report for {month}", "Support report for {month}", "Incident report of {month}"),
        (
            "Revenue grew against the month before, mostly in the pro plan.",
            "Answers to urgent tickets became faster.",
            "The cause was a full disk; the alert came too late.",
            "Two large customers renewed early.",
        ),
    ),
    (
        "minutes",
        20,
        ("Minutes of the board meeting in {month}", "Minutes of the team leads in {month}"),
        (
            "The budget for the new office was approved.",
            "Hiring for support continues.",
            "The risk of a second outage was discussed.",
        ),
    ),
    (
        "policy",
        12,
        ("Travel policy of {month}", "Backup policy of {month}", "Security policy of {month}"),
        (
            "All copies are encrypted and one is kept in another region.",
            "Passwords are at least twelve characters long.",
            "Exceptions are granted in writing.",
        ),
    ),
)


def archive(world: World, people: People) -> Records:
    """Invoices, one for each month of each paying team, and documents."""
    return {
        "archive.invoices": _invoices(world, people),
        "archive.documents": _documents(world, people),
    }


def _invoices(world: World, people: People) -> list[Record]:
    rng = world.rng("invoices")
    due: list[tuple[int, Record]] = []
    for team, since in zip(people.teams, people.team_since, strict=True):
        if team["monthly_fee"] != "0.00":
            due += [(at, team) for at in _billing_days(rng, since, world.now_s)]
    due.sort(key=lambda pair: pair[0])
    numbers: dict[int, int] = {}
    found = []
    for n, (at, team) in enumerate(due):
        year = datetime.fromtimestamp(at, UTC).year
        numbers[year] = numbers.get(year, 0) + 1
        invoice = _invoice(world, rng, at, team)
        found.append({"id": f"n-{n + 1:05}", "number": f"{year}-{numbers[year]:05}", **invoice})
    return found


def _billing_days(rng: random.Random, since: int, now_s: int) -> list[int]:
    """The same day of each month from the first full month on, early in the morning."""
    moment = datetime.fromtimestamp(since, UTC)
    day, month, year = min(moment.day, 28), moment.month, moment.year
    hour = rng.randint(4 * HOUR, 8 * HOUR)
    found: list[int] = []
    while True:
        month, year = (1, year + 1) if month == 12 else (month + 1, year)
        at = int(datetime(year, month, day, tzinfo=UTC).timestamp()) + hour
        if at >= now_s - 60:
            return found
        found.append(at)


def _invoice(world: World, rng: random.Random, at: int, team: Record) -> Record:
    """The team was smaller once: the fee grows to today's."""
    fee = int(team["monthly_fee"].replace(".", ""))
    youth = max(0.55, 1 - (world.now_s - at) / (900 * DAY))
    extra = rng.randint(100, 9_900) if rng.random() < 0.35 else 0
    age = world.now_s - at
    status = rng.choices(("paid", "overdue", "refunded"), (965, 20, 15))[0]
    if age < DUE_DAYS * DAY and rng.random() < 0.55:
        status = "open"
    elif age < 45 * DAY and rng.random() < 0.08:
        status = "overdue" if age > DUE_DAYS * DAY else "open"
    elif status == "overdue" and age < DUE_DAYS * DAY:
        status = "paid"
    paid = min(at + int(rng.random() ** 2 * 13 * DAY) + HOUR, world.now_s - 10)
    due = datetime.fromtimestamp(at, UTC).date() + timedelta(days=DUE_DAYS)
    return present(
        team=team["id"],
        plan=team["plan"],
        amount=money(int(fee * youth) + extra),
        status=status,
        issued_at=stamp(at),
        due_on=due.isoformat(),
        paid_at=stamp(paid) if status in ("paid", "refunded") else None,
    )


def _documents(world: World, people: People) -> list[Record]:
    rng = world.rng("documents")
    weights = [paper[1] for paper in PAPERS]
    found = []
    for n, at in enumerate(moments(rng, world.now_s, world.many(230), days=700, growth=0.8)):
        kind, _, titles, sentences = rng.choices(PAPERS, weights)[0]
        team = rng.choice(people.teams[1:] or people.teams) if kind == "contract" else None
        month = datetime.fromtimestamp(at, UTC).strftime("%B %Y")
        found.append(
            present(
                id=f"f-{n + 1:04}",
                title=rng.choice(titles).format(team=team["name"] if team else "", month=month),
                kind=kind,
                body=" ".join(rng.sample(sentences, rng.randint(2, len(sentences)))),
                team=team["id"] if team else None,
                owner=people.users[rng.randrange(8, STAFF)]["id"],
                size_bytes=int(rng.lognormvariate(12.6, 0.9)),
                filed_at=stamp(at),
            )
        )
    return found
