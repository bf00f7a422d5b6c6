"""Catalogues of training databases, each ingested once as a user's file would be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import orjson

from orchestrator.app import running
from orchestrator.client import connect
from registry.access import LOCAL
from registry.catalog import Catalogue, Facts, FieldValues
from registry.clock import Clock
from registry.domain import parse_spec
from registry.errors import IsothermError
from registry.settings import Settings

_KEPT: Final = "catalogue.json"


async def catalogue_of(
    database: Path, scratch: Path, settings: Settings, clock: Clock, told: Callable[[str], None]
) -> Catalogue | None:
    """The catalogue of a database file, from an earlier run where there was one; `None` where it
    cannot be ingested."""
    folder = scratch / database.stem
    kept = folder / _KEPT
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        own = replace(settings, data=folder, roots=(database.parent,))
        try:
            found = await _ingested(database, own, clock)
        except IsothermError as refusal:
            told(f"{database.stem} is left out: {refusal.message}")
            found = None
        kept.write_bytes(orjson.dumps(None if found is None else _wire(found)))
    data = orjson.loads(kept.read_bytes())
    return None if data is None else _catalogue(data)


async def _ingested(database: Path, settings: Settings, clock: Clock) -> Catalogue:
    async with connect(settings, clock=clock) as client:
        receipt = await client.ingest(path=str(database), name=database.stem)
    async with running(settings, clock=clock) as app:
        return (await app.catalogue.fresh(LOCAL)).scoped(receipt["domains_added"])


def _wire(catalogue: Catalogue) -> dict[str, Any]:
    return {
        "specs": [s.model_dump(mode="json", exclude_defaults=True)
                  for s in catalogue.domains.values()],
        "facts": {
            address: {
                "rows": facts.rows,
                "min": facts.time_min_us,
                "max": facts.time_max_us,
                "values": {n: [v.values, v.complete] for n, v in facts.values.items()},
            }
            for address, facts in catalogue.facts.items()
        },
    }  # fmt: skip


def _catalogue(data: dict[str, Any]) -> Catalogue:
    facts = {
        address: Facts(
            f["rows"],
            f["min"],
            f["max"],
            0,
            {n: FieldValues(tuple(v), complete) for n, (v, complete) in f["values"].items()},
        )
        for address, f in data["facts"].items()
    }
    return Catalogue([parse_spec(spec) for spec in data["specs"]], facts)
