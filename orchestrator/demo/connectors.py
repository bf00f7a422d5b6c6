"""Connections to other products and the calls that went over them."""

from __future__ import annotations

import random
from typing import Final

from orchestrator.demo.hours import distinct, moments
from orchestrator.demo.people import People
from orchestrator.demo.world import DAY, Record, Records, World, present, stamp

#: provider, weight, usual ms, what is sent
PROVIDERS: Final = (
    ("Slack", 30, 140, ("ticket.opened", "alert.raised", "project.created")),
    ("Salesforce", 18, 620, ("contact.changed", "invoice.paid")),
    ("GitHub", 15, 210, ("project.created", "task.done")),
    ("HubSpot", 12, 480, ("contact.changed", "user.signed_up")),
    ("Zapier", 10, 330, ("task.done", "export.finished", "user.signed_up")),
    ("Google Drive", 9, 270, ("export.finished",)),
    ("Jira", 6, 390, ("ticket.opened", "task.done")),
)
DAYS: Final = 75
#: http status, weight, of calls that fail
FAULTS: Final = ((503, 429, 401, 500, 404), (42, 22, 16, 14, 6))


def integration(world: World, people: People) -> Records:
    """Connections and deliveries; broken connections and incidents fail far more often."""
    rng = world.rng("integration")
    connections = _connections(world, rng, people)
    deliveries = _deliveries(world, rng, connections)
    last = {delivery["connection"]: delivery["sent_at"] for delivery in deliveries}
    for connection in connections:
        if connection["id"] in last:
            connection["last_sync_at"] = last[connection["id"]]
    return {"integration.connections": connections, "integration.deliveries": deliveries}


def _connections(world: World, rng: random.Random, people: People) -> list[Record]:
    crowd = people.team_crowd(rng)
    teams = {team["id"]: team for team in people.teams}
    providers, weights = [p[0] for p in PROVIDERS], [p[1] for p in PROVIDERS]
    found = []
    for n, at in enumerate(moments(rng, world.now_s - DAY, world.many(200), days=420)):
        team = crowd.at(at)
        provider = rng.choices(providers, weights)[0]
        found.append(
            {
                "id": f"i-{n + 1:03}",
                "name": f"{provider} for {teams[team]['name']}",
                "provider": provider,
                "team": team,
                "created_by": people.owners.get(team, people.users[0]["id"]),
                "status": rng.choices(("connected", "paused", "broken"), (87, 8, 5))[0],
                "connected_at": stamp(at),
            }
        )
    return found


def _deliveries(world: World, rng: random.Random, connections: list[Record]) -> list[Record]:
    usual = {provider: (ms, events) for provider, _, ms, events in PROVIDERS}
    busy = {"connected": 1.0, "broken": 0.5, "paused": 0.05}
    times = moments(rng, world.now_s, world.many(1_800), days=DAYS, growth=0.6)
    for incident in world.incidents:
        if incident.start_s > world.now_s - DAYS * DAY:
            end = min(incident.end_s, world.now_s - 30)
            times += [rng.randrange(incident.start_s, end) for _ in range(world.many(14))]
    known = connections[: max(1, len(connections) * 3 // 4)]
    weights = [busy[c["status"]] / (n + 6) for n, c in enumerate(known)]
    found = []
    for n, at in enumerate(distinct(times)):
        connection = rng.choices(known, weights)[0]
        ms, events = usual[connection["provider"]]
        delivery = _delivery(world, rng, at, connection, ms)
        delivery |= {"id": f"d-{n + 1:05}", "event": rng.choice(events)}
        found.append(delivery)
    return found


def _delivery(world: World, rng: random.Random, at: int, connection: Record, ms: int) -> Record:
    risk = 0.03
    if connection["status"] == "broken":
        risk = 0.6
    elif world.troubled(at):
        risk = 0.5
    failed = rng.random() < risk
    waiting = failed and at > world.now_s - 6 * 3_600 and rng.random() < 0.7
    return present(
        connection=connection["id"],
        status="retrying" if waiting else "failed" if failed else "delivered",
        http_status=rng.choices(*FAULTS)[0] if failed else rng.choice((200, 200, 200, 202)),
        latency_ms=int(ms * rng.lognormvariate(0, 0.5) * (6 if failed else 1)),
        payload_bytes=int(rng.lognormvariate(7.4, 0.8)),
        attempts=5 if failed and not waiting else rng.choices((1, 2, 3), (93, 5, 2))[0],
        sent_at=stamp(at),
    )
