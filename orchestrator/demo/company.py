"""The company Tideline, which sells a project tool: records of all twelve domains from one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.demo.automation import workflow
from orchestrator.demo.books import archive
from orchestrator.demo.connectors import integration
from orchestrator.demo.library import content
from orchestrator.demo.machines import logs, metrics
from orchestrator.demo.people import COMPANY, people
from orchestrator.demo.privacy import compliance
from orchestrator.demo.product import analytics
from orchestrator.demo.support import support
from orchestrator.demo.vault import backup
from orchestrator.demo.visits import logins, visits
from orchestrator.demo.world import Record, make_world

SEED = 7


@dataclass(frozen=True, slots=True)
class Company:
    """`records`: wire records by address; one without an `id` gets it from its key or its row."""

    name: str
    seed: int
    now_us: int
    records: Mapping[str, list[Record]]

    @property
    def count(self) -> int:
        """Records in all."""
        return sum(len(found) for found in self.records.values())


def company(seed: int, now_us: int, scale: float = 1.0) -> Company:
    """The same records for the same arguments, about 30,000 at scale 1, all from before `now_us`.

    `now_us`: µs since 1970 UTC.
    """
    world = make_world(seed, now_us, scale)
    everybody = people(world)
    sessions, seen = visits(world, everybody)
    records = {
        "user.teams": everybody.teams,
        "user.users": everybody.users,
        "session.sessions": sessions,
        "session.logins": logins(world, everybody),
        **support(world, everybody),
        **metrics(world, everybody),
        **analytics(world, everybody, seen),
        **content(world, everybody),
        **workflow(world, everybody),
        **integration(world, everybody),
        **archive(world, everybody),
        "logs.entries": logs(world, everybody),
        **backup(world, everybody),
        **compliance(world, everybody),
    }
    return Company(COMPANY, seed, now_us, records)
