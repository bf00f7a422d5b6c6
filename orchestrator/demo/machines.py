"""What the machines measured, the alerts they raised and what the services logged."""

from __future__ import annotations

import math
import random
from typing import Final

from orchestrator.demo import lines
from orchestrator.demo.hours import ALWAYS, OFFICE, Crowd, moments
from orchestrator.demo.people import People
from orchestrator.demo.world import (
    DAY,
    HOSTS,
    HOUR,
    MINUTE,
    Record,
    Records,
    World,
    present,
    stamp,
)

#: name, meaning, unit, threshold, level at night, more at noon, more in an incident
SERIES: Final = (
    ("cpu_percent", "Share of the processor in use.", "%", 90.0, 14.0, 38.0, 45.0),
    ("memory_percent", "Share of the memory in use.", "%", 92.0, 48.0, 16.0, 24.0),
    ("disk_percent", "Share of the disk in use.", "%", 95.0, 61.0, 1.0, 0.0),
    ("requests_per_s", "Requests answered each second.", "1/s", None, 9.0, 140.0, -40.0),
    ("response_ms", "Time to answer a request.", "ms", 400.0, 48.0, 70.0, 900.0),
)
REGIONS: Final = {"web-1": "eu-central", "web-2": "us-east"}
STEP_S: Final = 2 * HOUR
POINTS: Final = 160
LOG_DAYS: Final = 28
SEVERITY: Final = (("info", "warning", "critical"), (30, 52, 18))


def metrics(world: World, people: People) -> Records:
    """Series, their points and the alerts."""
    return {
        "metrics.series": [
            present(name=name, description=about, unit=unit, kind="gauge", alert_above=limit)
            for name, about, unit, limit, *_ in SERIES
        ],
        "metrics.points": _points(world),
        "metrics.alerts": _alerts(world, people),
    }


def _points(world: World) -> list[Record]:
    """Every series of every host in equal steps up to now."""
    rng = world.rng("points")
    found: list[Record] = []
    steps = world.many(POINTS)
    for back in range(steps - 1, -1, -1):
        at = world.now_s - 20 - back * STEP_S
        incident, clock = world.troubled(at), stamp(at)
        noon = OFFICE[at % DAY // HOUR] / 16
        for n, host in enumerate(HOSTS):
            region = REGIONS.get(host, "eu-central")
            for name, _, unit, _, night, day, trouble in SERIES:
                value = night + day * noon + n * 1.7 + rng.gauss(0, 1 + day / 12)
                if name == "disk_percent":
                    value += 6 * (1 - back / steps)
                if incident and incident.host == host:
                    value += trouble * (0.7 + rng.random() * 0.3)
                value = min(max(value, 0.3), 100.0 if unit == "%" else math.inf)
                found.append(
                    {
                        "series": name,
                        "at": clock,
                        "value": round(value, 2),
                        "unit": unit,
                        "host": host,
                        "region": region,
                    }
                )
    return found


def _alerts(world: World, people: People) -> list[Record]:
    """One critical alert with each incident, and the small ones of every week."""
    rng = world.rng("alerts")
    raised = [(i.start_s + 90, i.host, "response_ms", "critical", i.end_s) for i in world.incidents]
    for at in moments(rng, world.now_s, world.many(130), days=120, hours=ALWAYS):
        name = rng.choice([s[0] for s in SERIES if s[3]])
        severity = rng.choices(*SEVERITY)[0]
        raised.append((at, rng.choice(HOSTS), name, severity, at + rng.randint(2, 95) * MINUTE))
    raised.sort()
    return [
        present(
            id=f"a-{n + 1:04}",
            title=f"{name.split('_')[0].capitalize()} too high on {host}",
            series=name,
            host=host,
            severity=severity,
            raised_at=stamp(at),
            duration_s=end - at if end < world.now_s else None,
            acknowledged_by=rng.choice(people.staff[8:]) if severity != "info" else None,
        )
        for n, (at, host, name, severity, end) in enumerate(raised)
    ]


def logs(world: World, people: People) -> list[Record]:
    """Log lines; in an incident there are more of them, and worse ones."""
    rng = world.rng("logs")
    crowd = people.crowd(rng)
    times = moments(rng, world.now_s, world.many(2_600), days=LOG_DAYS)
    for incident in world.incidents:
        if incident.start_s > world.now_s - LOG_DAYS * DAY:
            end = min(incident.end_s, world.now_s - 30)
            times += [rng.randrange(incident.start_s, end) for _ in range(world.many(60))]
    times.sort()
    return [_entry(world, rng, n, at, crowd) for n, at in enumerate(times)]


def _entry(world: World, rng: random.Random, n: int, at: int, crowd: Crowd) -> Record:
    incident = world.troubled(at)
    bad = incident is not None and rng.random() < 0.6
    service, level, text = lines.pick(rng, bad=bad)
    user = crowd.at(at) if "{user}" in text or rng.random() < 0.4 else None
    took = int(rng.lognormvariate(4.1 if not bad else 7.4, 0.7))
    return present(
        id=f"g-{n + 1:05}",
        at=stamp(at),
        service=service,
        level=level,
        message=lines.fill(rng, text, took, user),
        host=incident.host if incident and bad else rng.choice(HOSTS),
        request=f"r-{rng.getrandbits(32):08x}",
        user=user,
        duration_ms=took if service in ("api", "search", "exporter") else None,
    )
