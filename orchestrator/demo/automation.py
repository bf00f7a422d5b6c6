"""Automations, their runs and the tasks that they give to people."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Final

from orchestrator.demo.hours import ALWAYS, OFFICE, distinct, moments
from orchestrator.demo.people import People
from orchestrator.demo.world import DAY, HOUR, Record, Records, World, date_of, present, stamp

#: name, what it does, trigger; the first run most
DEFINITIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("Nightly invoice export", "Sends the day's invoices to accounting.", "schedule"),
    ("Sync contacts to Salesforce", "Copies new and changed contacts.", "schedule"),
    ("Weekly usage digest", "Mails each owner what the team used.", "schedule"),
    ("New ticket to Slack", "Posts urgent support tickets in a channel.", "webhook"),
    ("Welcome new users", "Sends a series of three mails after sign-up.", "webhook"),
    ("Warn about failing cards", "Writes to owners whose card was declined.", "webhook"),
    ("Rebuild search index", "Indexes what changed since yesterday.", "schedule"),
    ("Archive closed projects", "Moves projects closed for a year.", "schedule"),
    ("Approve discounts", "Asks a manager before a discount is granted.", "manual"),
    ("Onboard a new employee", "Makes accounts and orders a laptop.", "manual"),
    ("Remind of overdue invoices", "Writes to teams with unpaid invoices.", "schedule"),
    ("Review access rights", "Asks each owner to confirm who has access.", "schedule"),
    ("Import leads from the website", "Makes a contact of each filled form.", "webhook"),
    ("Score new leads", "Estimates which leads will buy.", "webhook"),
    ("Close stale tickets", "Closes tickets without a reply for two weeks.", "schedule"),
    ("Collect satisfaction scores", "Asks for a rating after each ticket.", "webhook"),
    ("Refresh exchange rates", "Loads the rates of the central bank.", "schedule"),
    ("Clean up guest accounts", "Suspends guests unseen for 90 days.", "schedule"),
    ("Publish release notes", "Puts the notes on the blog and in the product.", "manual"),
    ("Rotate access keys", "Replaces keys older than 90 days.", "schedule"),
    ("Check broken links", "Follows every link of the help centre.", "schedule"),
    ("Summarise weekly support", "Counts topics and slow replies.", "schedule"),
    ("Prepare the board report", "Gathers the figures of the month.", "manual"),
    ("Delete expired sessions", "Forgets visits older than a year.", "schedule"),
    ("Answer data requests", "Gathers a person's data for a privacy request.", "manual"),
    ("Translate new articles", "Orders translations of published articles.", "webhook"),
    ("Notify about incidents", "Calls whoever is on call.", "webhook"),
    ("Provision trial workspaces", "Makes a workspace with sample data.", "webhook"),
    ("Renew certificates", "Renews certificates 30 days before they expire.", "schedule"),
    ("Compare invoices and payments", "Finds payments without an invoice.", "schedule"),
    ("Migrate old dashboards", "Turns old dashboards into new ones.", "manual"),
    ("Count seats for billing", "Counts members on the last of the month.", "schedule"),
    ("Plan the office party", "Asks everybody for a date.", "manual"),
    ("Recalculate all budgets", "For the change of the fiscal year.", "manual"),
    ("Sunset the old API", "Writes to everybody who still calls it.", "manual"),
)
NEVER_RUN: Final = 3  # the last ones
#: failures of the three that fail most; each other one fails at most `SELDOM` times
FRAGILE: Final = (39, 30, 22)
SELDOM: Final = 12
ERRORS: Final = (
    "timeout while waiting for the other side",
    "rate limit reached, 429",
    "record has no e-mail address",
    "connection refused by accounting",
    "access token expired",
    "unexpected answer, field total is missing",
)
TASKS: Final = (
    "Approve a discount of {n} percent",
    "Confirm the access rights of team {team}",
    "Order a laptop for the new colleague",
    "Check the figures of the board report",
    "Look at {n} payments without an invoice",
    "Call team {team} about an overdue invoice",
    "Proofread the release notes",
)
DAYS: Final = 150


def workflow(world: World, people: People) -> Records:
    """Definitions, runs and tasks. The three that fail most differ in their counts."""
    rng = world.rng("workflow")
    runs = _runs(world, rng, people)
    return {
        "workflow.definitions": _definitions(world, rng, people),
        "workflow.runs": [run for _, run in runs],
        "workflow.tasks": _tasks(world, rng, people, runs),
    }


def _definitions(world: World, rng: random.Random, people: People) -> list[Record]:
    return [
        {
            "id": f"w-{n + 1:02}",
            "name": name,
            "description": about,
            "trigger": trigger,
            "owner": rng.choice(people.staff),
            "enabled": n < len(DEFINITIONS) - NEVER_RUN,
            "created_at": stamp(world.now_s - (700 - n * 15) * DAY - rng.randint(0, 9 * HOUR)),
        }
        for n, (name, about, trigger) in enumerate(DEFINITIONS)
    ]


def _runs(world: World, rng: random.Random, people: People) -> list[tuple[int, Record]]:
    """(start, record) of every run, oldest first."""
    found: list[tuple[int, int, bool]] = []
    for n, (_, _, trigger) in enumerate(DEFINITIONS[:-NEVER_RUN]):
        count = world.many(round(1_600 / (n + 9)))
        hours = ALWAYS if trigger == "schedule" else OFFICE
        times = moments(rng, world.now_s - 600, count, days=DAYS, hours=hours)
        failing = _failing(world, rng, n, times)
        found += [(at, n, at in failing) for at in times]
    found.sort()
    times = distinct([at for at, *_ in found])
    return [
        (at, _run(world, rng, people, number=k + 1, at=at, n=n, failed=failed))
        for k, (at, (_, n, failed)) in enumerate(zip(times, found, strict=True))
    ]


def _failing(world: World, rng: random.Random, n: int, times: list[int]) -> set[int]:
    """Which runs fail: those in incidents first, then a stretch of bad days."""
    count = world.many(FRAGILE[n]) if n < len(FRAGILE) else rng.randint(0, world.many(SELDOM))
    count = min(count, len(times) // 2)
    bad = [at for at in times if world.troubled(at)][: count // 2]
    rest = [at for at in times if at not in set(bad)]
    start = rng.randrange(max(1, len(rest) - count))
    stretch = rest[start : start + (count - len(bad)) // 2]
    loose = [at for at in rest if at not in set(stretch)]
    return {*bad, *stretch, *rng.sample(loose, count - len(bad) - len(stretch))}


def _run(
    world: World, rng: random.Random, people: People, *, number: int, at: int, n: int, failed: bool
) -> Record:
    took_ms = int(rng.lognormvariate(8.2 + (n % 5) / 3, 0.8)) * (4 if failed else 1)
    status = "failed" if failed else "cancelled" if rng.random() < 0.015 else "succeeded"
    if failed:
        took_ms = min(took_ms, (world.now_s - at - 5) * 1_000)
    elif at + took_ms // 1_000 >= world.now_s or (at > world.now_s - HOUR and rng.random() < 0.3):
        status = "running"
    over = status != "running"
    by_hand = DEFINITIONS[n][2] == "manual"
    return present(
        id=f"x-{number:05}",
        workflow=f"w-{n + 1:02}",
        status=status,
        started_at=stamp(at),
        finished_at=stamp(at + took_ms // 1_000) if over else None,
        duration_ms=took_ms if over else None,
        started_by=rng.choice(people.staff) if by_hand or rng.random() < 0.08 else None,
        attempts=rng.randint(2, 5) if failed else 1,
        error=rng.choice(ERRORS) if failed else None,
    )


def _tasks(
    world: World, rng: random.Random, people: People, runs: list[tuple[int, Record]]
) -> list[Record]:
    asking = [(at, run) for at, run in runs if run["status"] == "succeeded"]
    step = max(1, len(asking) // world.many(280))
    return [
        _task(world, rng, people, number=n + 1, at=at, run=run)
        for n, (at, run) in enumerate(asking[::step])
    ]


def _task(
    world: World, rng: random.Random, people: People, *, number: int, at: int, run: Record
) -> Record:
    old = world.now_s - at > 10 * DAY
    status = rng.choices(("done", "open", "skipped"), (88, 6, 6) if old else (35, 62, 3))[0]
    done = min(at + HOUR + int(rng.expovariate(1 / (1.5 * DAY))), world.now_s - 5)
    due = date.fromisoformat(date_of(at)) + timedelta(days=rng.randint(2, 14))
    return present(
        id=f"j-{number:04}",
        title=rng.choice(TASKS).format(n=rng.randint(2, 30), team=rng.choice(people.teams)["name"]),
        run=run["id"],
        assignee=people.staff[int(rng.random() ** 1.6 * len(people.staff))],
        status=status,
        created_at=run["finished_at"],
        due_on=due.isoformat(),
        done_at=stamp(done) if status == "done" else None,
    )
