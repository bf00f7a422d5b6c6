"""Data requests, consents and the audit log."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from orchestrator.demo.hours import moments
from orchestrator.demo.people import People
from orchestrator.demo.world import DAY, Record, Records, World, date_of, present, stamp

KINDS: Final = (("access", "erasure", "portability", "rectification"), (45, 34, 12, 9))
LEGAL_DAYS: Final = 30
PURPOSES: Final = (
    # purpose, how many agree
    ("newsletter", 0.44),
    ("product_analytics", 0.63),
    ("personalisation", 0.57),
    ("third_parties", 0.11),
)
SOURCES: Final = (("cookie banner", "sign-up form", "profile page"), (56, 32, 12))
ACTIONS: Final = (
    # action, weight, what is touched
    ("viewed_record", 52, "user {user}"),
    ("exported_data", 19, "report {n}"),
    ("changed_role", 16, "user {user}"),
    ("deleted_user", 8, "user {user}"),
    ("changed_policy", 5, "policy {n}"),
)


def compliance(world: World, people: People) -> Records:
    """Requests, consents and audit entries."""
    return {
        "compliance.requests": _requests(world, people),
        "compliance.consents": _consents(world, people),
        "compliance.audit": _audit(world, people),
    }


def _requests(world: World, people: People) -> list[Record]:
    rng = world.rng("requests")
    crowd = people.crowd(rng, flat=200.0)
    found = []
    for n, at in enumerate(moments(rng, world.now_s, world.many(150), days=420)):
        age = world.now_s - at
        pending = rng.random() < (0.85 if age < 14 * DAY else 0.4 if age < 30 * DAY else 0.01)
        status = "open" if pending else rng.choices(("completed", "rejected"), (93, 7))[0]
        done = min(at + int((2 + rng.random() * 26) * DAY), world.now_s - 60)
        due = date.fromisoformat(date_of(at)) + timedelta(days=LEGAL_DAYS)
        found.append(
            present(
                id=f"q-{n + 1:04}",
                subject=crowd.at(at),
                kind=rng.choices(*KINDS)[0],
                status=status,
                received_at=stamp(at),
                due_on=due.isoformat(),
                completed_at=None if pending else stamp(done),
                handled_by=people.staff[12 + n % 2],
            )
        )
    return found


def _consents(world: World, people: People) -> list[Record]:
    """What people decided when they signed up, and those who changed their mind."""
    rng = world.rng("consents")
    asked = [
        (min(since + rng.randint(20, 900), world.now_s - 5), user["id"])
        for user, since in zip(people.users, people.user_since, strict=True)
        if user["status"] != "invited" and rng.random() < 0.22
    ]
    decided = [
        (at, user, purpose, rng.random() < share)
        for at, user in asked
        for purpose, share in PURPOSES
        if rng.random() < 0.6
    ]
    for at, user, purpose, granted in rng.sample(decided, len(decided) // 12):
        later = at + int(rng.random() * (world.now_s - at - 1))
        decided.append((later, user, purpose, not granted))
    decided.sort()
    return [
        {
            "id": f"y-{n + 1:05}",
            "user": user,
            "purpose": purpose,
            "granted": granted,
            "source": rng.choices(*SOURCES)[0],
            "decided_at": stamp(at),
        }
        for n, (at, user, purpose, granted) in enumerate(decided)
    ]


def _audit(world: World, people: People) -> list[Record]:
    rng = world.rng("audit")
    staff, crowd = people.staff, people.crowd(rng)
    weights = [weight for _, weight, _ in ACTIONS]
    found = []
    for n, at in enumerate(moments(rng, world.now_s, world.many(450), days=365)):
        action, _, touched = rng.choices(ACTIONS, weights)[0]
        actor = staff[int(rng.random() ** 1.7 * len(staff))] if rng.random() < 0.7 else crowd.at(at)
        denied = rng.random() < (0.03 if actor in staff else 0.12)
        found.append(
            {
                "id": f"h-{n + 1:05}",
                "actor": actor,
                "action": action,
                "object": touched.format(user=crowd.at(at), n=rng.randint(1, 90)),
                "outcome": "denied" if denied else "allowed",
                "ip": f"198.51.100.{rng.randint(1, 254)}",
                "at": stamp(at),
            }
        )
    return found
