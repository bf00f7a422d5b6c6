"""Backup jobs and the copies they made."""

from __future__ import annotations

import random
from typing import Final

from orchestrator.demo.people import People
from orchestrator.demo.world import DAY, HOUR, Record, Records, World, present, stamp

#: name, source, schedule, target, megabytes of a copy, hour of the day (UTC)
JOBS: Final = (
    ("users-hourly", "user database", "hourly", "eu-vault", 840, 0),
    ("users-daily", "user database", "daily", "us-vault", 840, 1),
    ("chat-daily", "chat database", "daily", "eu-vault", 2_600, 1),
    ("sessions-daily", "session database", "daily", "eu-vault", 3_900, 2),
    ("metrics-daily", "metrics database", "daily", "eu-vault", 7_400, 3),
    ("content-daily", "content database", "daily", "eu-vault", 310, 2),
    ("workflow-daily", "workflow database", "daily", "eu-vault", 520, 4),
    ("invoices-daily", "archive of invoices", "daily", "us-vault", 1_150, 4),
    ("logs-daily", "log store", "daily", "eu-vault", 12_800, 5),
    ("files-weekly", "uploaded files", "weekly", "us-vault", 61_000, 0),
    ("archive-weekly", "archive of documents", "weekly", "us-vault", 18_500, 3),
    ("everything-weekly", "all databases", "weekly", "tape", 96_000, 6),
)
#: schedule, seconds between copies, copies kept
KEPT: Final = {"hourly": (HOUR, 96), "daily": (DAY, 45), "weekly": (7 * DAY, 20)}
ERRORS: Final = (
    "the vault refused the connection",
    "checksum of part 7 does not match",
    "no space left in the vault",
    "source was locked for longer than ten minutes",
)


def backup(world: World, people: People) -> Records:
    """Jobs and snapshots; a job that fails tends to fail again the next time."""
    rng = world.rng("backup")
    jobs, made = [], []
    for n, (name, source, schedule, target, megabytes, hour) in enumerate(JOBS):
        owner = people.staff[10 + n % 4]
        jobs.append(
            {
                "name": name,
                "source": source,
                "schedule": schedule,
                "target": target,
                "owner": owner,
                "enabled": True,
            }
        )
        made += _snapshots(world, rng, name, schedule, megabytes << 20, hour)
    made.sort(key=lambda pair: pair[0])
    snapshots = [{"id": f"z-{n + 1:04}", **copy} for n, (_, copy) in enumerate(made)]
    return {"backup.jobs": jobs, "backup.snapshots": snapshots}


def _snapshots(
    world: World, rng: random.Random, job: str, schedule: str, size: int, hour: int
) -> list[tuple[int, Record]]:
    """(start, copy) of one job, oldest first."""
    step, kept = KEPT[schedule]
    kept = world.many(kept)
    last = (world.now_s - 2 * HOUR - hour * HOUR) // step * step + hour * HOUR
    found = []
    failed = False
    for back in range(kept - 1, -1, -1):
        start = last - back * step + rng.randint(5, 900)
        trouble = 0.45 if failed else 0.35 if world.troubled(start) else 0.02
        failed = rng.random() < trouble
        found.append((start, _snapshot(rng, job, start, failed, size * (1 - back / kept / 5))))
    return found


def _snapshot(rng: random.Random, job: str, start: int, failed: bool, size: float) -> Record:
    status = "failed" if failed else "partial" if rng.random() < 0.015 else "completed"
    done = 1.0 if status == "completed" else rng.random() * 0.8
    copied = int(size * done * (0.97 + rng.random() * 0.06))
    took = min(100 * 60, 20 + int(copied / 24_000_000 * (0.8 + rng.random() * 0.5)))
    return present(
        job=job,
        status=status,
        started_at=stamp(start),
        finished_at=stamp(start + took),
        duration_s=took,
        size_bytes=copied,
        verified=status == "completed" and rng.random() < 0.3,
        error=None if status == "completed" else rng.choice(ERRORS),
    )
