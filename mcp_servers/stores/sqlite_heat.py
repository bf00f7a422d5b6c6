# ruff: noqa: S608 - every identifier is written here; values are always bound
"""Heat inside a row database, where all processes' counts add up. Knows SQL; opens and commits
nothing.

_heat          one row per place that was touched: its heat as of so many accesses and an instant,
               when it was last touched, and when its rows came back from a segment
_heat_records  (segment, row) of records that are read while they are cold: no ids, so nothing of a
               person is kept here
_meta          `accesses`: how many there were in all
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import apsw

from mcp_servers.segments import Segment, State
from mcp_servers.stores import sqlite_ledger as ledger
from mcp_servers.tiers.heat import Place, Record, Touches, fade
from registry.limits import HEAT_PLACES_MAX, HEAT_RECORDS_MAX

HEAT: Final = (
    "CREATE TABLE _heat(tenant TEXT, collection TEXT, bucket TEXT, segment INTEGER,"
    " heat REAL NOT NULL, accesses INTEGER NOT NULL, at_us INTEGER NOT NULL,"
    " touched_us INTEGER NOT NULL, back_us INTEGER,"
    " PRIMARY KEY (tenant, collection, bucket, segment)) STRICT, WITHOUT ROWID",
    "CREATE TABLE _heat_records(segment INTEGER, row INTEGER, heat REAL NOT NULL,"
    " accesses INTEGER NOT NULL, at_us INTEGER NOT NULL, PRIMARY KEY (segment, row))"
    " STRICT, WITHOUT ROWID",
    "INSERT INTO _meta VALUES ('accesses', 0)",
)
_SHOWN_MAX: Final = 500  # records of one segment that are told
_HELD: Final = "heat, accesses, at_us"
_PLACE: Final = "tenant = ? AND collection = ? AND bucket = ? AND segment = ?"
_LIVE: Final = "(SELECT number FROM _segments WHERE live > dead)"


@dataclass(frozen=True, slots=True)
class Warmth:
    """What is known of a place. `warmest`: (row, heat) of a segment's records, hottest first."""

    heat: float
    touched_us: int
    back_us: int | None
    warmest: Sequence[tuple[int, float]] = ()


class Heat:
    """The heat of a database as of an instant, through somebody's connection. `half`: the half-life
    in accesses."""

    def __init__(self, connection: apsw.Connection, now_us: int, half: float) -> None:
        self._connection = connection
        self._now_us = now_us
        self._half = half
        self._count()

    def add(self, touches: Touches) -> None:
        """What a process counted, on top of what all did."""
        self._connection.execute(
            "UPDATE _meta SET value = value + ? WHERE name = 'accesses'", (touches.accesses,)
        )
        self._count()
        for place, heat in self._where_now(touches).items():
            self._touch(place, heat)
        for record, heat in touches.records.items():
            held = f"SELECT {_HELD} FROM _heat_records WHERE segment = ? AND row = ?"
            self._connection.execute(
                "INSERT OR REPLACE INTO _heat_records VALUES (?, ?, ?, ?, ?)",
                (*record, self._left(held, record) + heat, self._accesses, self._now_us),
            )
        self._prune()

    def warmths(self, tenant: str) -> Mapping[Place, Warmth]:
        """{place: what is known} of the tenant's places that were touched."""
        warmest = self._warmest()
        found: Any = self._connection.execute(
            f"SELECT {_HELD}, touched_us, back_us, collection, bucket, segment FROM _heat"
            " WHERE tenant = ?",
            (tenant,),
        )
        return {
            (tenant, collection, bucket, segment): Warmth(
                self._faded(*held), touched_us, back_us, warmest.get(segment, ())[:_SHOWN_MAX]
            )
            for *held, touched_us, back_us, collection, bucket, segment in found
        }

    # -- following what moves --------------------------------------------------------------------

    def moved(self, segment: Segment) -> None:
        """A move has ended. What cooled must prove itself anew; what came back keeps its heat."""
        rows, cold = _places(segment)
        if segment.state is State.COLD:
            self._connection.execute(f"DELETE FROM _heat WHERE {_PLACE}", rows)
            return
        self.came_back(rows, self._left(f"SELECT {_HELD} FROM _heat WHERE {_PLACE}", cold))
        self._connection.execute(f"DELETE FROM _heat WHERE {_PLACE}", cold)
        self._connection.execute("DELETE FROM _heat_records WHERE segment = ?", (segment.number,))

    def promoted(self, segment: Segment, rows: Sequence[int]) -> None:
        """These records came back, and their heat with them."""
        taken = "DELETE FROM _heat_records WHERE segment = ? AND row = ?"
        heat = sum(self._left(f"{taken} RETURNING {_HELD}", (segment.number, row)) for row in rows)
        into, cold = _places(segment)
        heat = min(heat, self._left(f"SELECT {_HELD} FROM _heat WHERE {_PLACE}", cold))
        if heat:
            self._touch(cold, -heat)
        self.came_back(into, heat)

    def rewritten(self, sources: Sequence[Segment], copied: Sequence[Record], new: Segment) -> None:
        """Segments became one, `copied`: where each of its rows was; its records are as hot as
        before."""
        rows = {place: row for row, place in enumerate(copied)}
        heat = 0.0
        for source in sources:
            cold = _places(source)[1]
            heat += self._left(f"DELETE FROM _heat WHERE {_PLACE} RETURNING {_HELD}", cold)
            found: Any = self._connection.execute(
                "SELECT segment, row FROM _heat_records WHERE segment = ?", (source.number,)
            ).fetchall()
            self._connection.executemany(
                "UPDATE _heat_records SET segment = ?, row = ? WHERE segment = ? AND row = ?",
                [(new.number, rows[place], *place) for place in found if place in rows],
            )
        if heat:
            self._touch(_places(new)[1], heat)

    def came_back(self, place: Place, heat: float = 0.0) -> None:
        """A place's rows have come back now, with so much heat."""
        self._touch(place, heat)
        self._connection.execute(
            f"UPDATE _heat SET back_us = ? WHERE {_PLACE}", (self._now_us, *place)
        )

    # -- inside ----------------------------------------------------------------------------------

    def _count(self) -> None:
        found = self._connection.execute("SELECT value FROM _meta WHERE name = 'accesses'").get
        self._accesses = int(found or 0)

    def _faded(self, heat: float, accesses: int, at_us: int) -> float:
        return heat * fade(self._accesses - accesses, self._now_us - at_us, self._half)

    def _left(self, sql: str, key: Sequence[Any]) -> float:
        """What is left of the heat that the statement gives."""
        held: Any = self._connection.execute(sql, key).fetchone()
        return 0.0 if held is None else self._faded(*held)

    def _where_now(self, touches: Touches) -> dict[Place, float]:
        """Heat by place. A cache may still know a record by the place it came back from: what has
        come back is among its bucket's rows."""
        gone: dict[int, float] = {}
        for segment, row in ledger.buried(self._connection, list(touches.records)):
            gone[segment] = gone.get(segment, 0.0) + touches.records[segment, row]
        live = {number for (number,) in self._connection.execute(_LIVE[1:-1])}
        out: dict[Place, float] = {}
        for place, heat in touches.places.items():
            segment, rows = place[3], (*place[:3], 0)
            came_back = 0.0
            if segment:
                came_back = min(heat, gone.get(segment, 0.0)) if segment in live else heat
            if came_back:
                out[rows] = out.get(rows, 0.0) + came_back
            if came_back < heat or not segment:
                out[place] = out.get(place, 0.0) + heat - came_back
        return out

    def _touch(self, place: Place, heat: float) -> None:
        left = self._left(f"SELECT {_HELD} FROM _heat WHERE {_PLACE}", place)
        self._connection.execute(
            "INSERT INTO _heat VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, NULL)"
            " ON CONFLICT DO UPDATE SET heat = ?5, accesses = ?6, at_us = ?7, touched_us = ?7",
            (*place, left + heat, self._accesses, self._now_us),
        )

    def _warmest(self) -> dict[int, list[tuple[int, float]]]:
        """{segment: (row, heat)} of live records, hottest first."""
        out: dict[int, list[tuple[int, float]]] = {}
        found: Any = self._connection.execute(
            f"SELECT segment, row, {_HELD} FROM _heat_records AS h WHERE NOT EXISTS"
            " (SELECT 1 FROM _dead AS d WHERE d.segment = h.segment AND d.row = h.row)"
        )
        for segment, row, *held in found:
            out.setdefault(segment, []).append((row, self._faded(*held)))
        for rows in out.values():
            rows.sort(key=lambda known: (-known[1], known[0]))
        return out

    def _prune(self) -> None:
        """Forget what is no segment's any more, and past the bounds what was touched long ago."""
        self._connection.execute(f"DELETE FROM _heat WHERE segment > 0 AND segment NOT IN {_LIVE}")
        self._connection.execute(f"DELETE FROM _heat_records WHERE segment NOT IN {_LIVE}")
        for table, key, most in (
            ("_heat", "(tenant, collection, bucket, segment)", HEAT_PLACES_MAX),
            ("_heat_records", "(segment, row)", HEAT_RECORDS_MAX),
        ):
            latest = f"SELECT {key[1:-1]} FROM {table} ORDER BY at_us DESC, heat DESC"
            self._connection.execute(
                f"DELETE FROM {table} WHERE {key} IN ({latest} LIMIT -1 OFFSET ?)", (most,)
            )


def _places(segment: Segment) -> tuple[Place, Place]:
    """Of its bucket's rows, and its own."""
    where = (segment.tenant, segment.collection, segment.bucket)
    return (*where, 0), (*where, segment.number)
