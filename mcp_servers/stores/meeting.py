"""What becomes of records that are loaded: which are new, which replace, repeat or are refused.

The same as writing them one after the other (`sqlite_rows.write`), told for all of them at once:
each record is compared with the one that stands under its id when its turn comes, be that an
earlier one of the same load or one that is stored. Pure; opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mcp_servers.ports import OnConflict
from mcp_servers.segments import KEY_BITS
from mcp_servers.stores.keys import twice
from mcp_servers.stores.parquet_lay import KEY
from mcp_servers.stores.sqlite_holds import Held
from registry.errors import Conflict, shown

_NONE: Final = -1
_BITS: Final = np.uint64(KEY_BITS)


@dataclass(frozen=True, slots=True)
class Stored:
    """Records that exist, as columns (`id`, `version`, `extra`, fields), and where each is:
    (segment's number, row), or (0, its `_row`)."""

    records: pa.Table
    places: list[tuple[int, int]]


@dataclass(slots=True)
class Met:
    """What shall be done. `written`: rows of `records` to lay down, with their `version`s; `gone`:
    places of stored records that they replace. `rejected`: (line, reason)."""

    records: pa.Table
    written: pa.Array
    versions: pa.Array
    gone: list[tuple[int, int]] = field(default_factory=list)
    accepted: int = 0
    updated: int = 0
    duplicate: int = 0
    rejected: list[tuple[int, str]] = field(default_factory=list)

    def same(self, other: Met) -> bool:
        """Whether the objects made for the one would serve the other."""
        mine = (self.records, self.written, self.versions)
        its = (other.records, other.written, other.versions)
        return all(a is b or a.equals(b) for a, b in zip(mine, its, strict=True))


def meet(
    records: pa.Table, stored: Stored, fields: Sequence[str], on_conflict: OnConflict, held: Held
) -> Met:
    """`records`: `id`, `extra`, some of `fields`, `_line` and `_key`, as they follow in the source;
    what they do not say of a stored record stays. With `on_conflict="error"` a record that differs
    raises `Conflict`; one that would take a record out of its legal hold is rejected."""
    count = len(records)
    repeated = _repeated(records.column(KEY))
    if not repeated and not stored.places:
        everything = _all(count)
        ones = pa.repeat(pa.scalar(1, pa.int64()), count)
        return Met(records, everything, ones, accepted=count)
    at = _flat(pc.fill_null(pc.index_in(records.column("id"), stored.records.column("id")), _NONE))
    records = _completed(records, stored, fields, at, repeated)
    return _Meeting(records, stored, fields, on_conflict, held).result(at, repeated)


def _completed(
    records: pa.Table, stored: Stored, fields: Sequence[str], at: Any, repeated: Sequence[int]
) -> pa.Table:
    """With what is stored, where the source has no such column, or no extra."""
    if stored.places:
        known = pc.if_else(pc.equal(at, _NONE), pa.scalar(None, at.type), at)
        for name in fields:
            if name not in records.column_names:
                records = records.append_column(name, stored.records.column(name).take(known))
        before = stored.records.column("extra").take(known)
        records = _with(records, "extra", pc.coalesce(records.column("extra"), before))
    return _carried(records, repeated)


def _carried(records: pa.Table, repeated: Sequence[int]) -> pa.Table:
    """With the extra of the row before, where rows of one id have none of their own."""
    extra = records.column("extra")
    if not repeated or extra.null_count == len(extra):
        return records
    rows = _rows(repeated)
    ids, own = (records.column(name).take(rows).to_pylist() for name in ("id", "extra"))
    last: dict[str, str | None] = {}
    for n, (id, value) in enumerate(zip(ids, own, strict=True)):
        own[n] = last[id] = value if value is not None else last.get(id)
    mask = _mask(rows, len(records))
    return _with(
        records, "extra", pc.replace_with_mask(_flat(extra), mask, pa.array(own, extra.type))
    )


def _with(records: pa.Table, name: str, column: Any) -> pa.Table:
    return records.set_column(records.column_names.index(name), name, column)


def among(ids: Sequence[str], records: pa.Table) -> bool:
    """Whether one of these ids is a record's."""
    wanted = pa.array(ids, pa.string())
    return bool(pc.any(pc.is_in(records.column("id"), value_set=wanted), min_count=0).as_py())


def _repeated(keys: Any) -> list[int]:
    """The rows whose key is another's too, in order."""
    many = pa.array(twice(keys.to_numpy() << _BITS) >> _BITS)
    if not len(many):
        return []
    found: list[int] = pc.indices_nonzero(pc.is_in(keys, value_set=many)).to_pylist()
    return found


class _Meeting:
    """One meeting at work. A row stands against at most one other: `against` says which."""

    def __init__(
        self,
        records: pa.Table,
        stored: Stored,
        fields: Sequence[str],
        on_conflict: OnConflict,
        held: Held,
    ) -> None:
        self.records = records
        self.stored = stored
        self.fields = fields
        self.names = ["extra", *fields]
        self.on_conflict = on_conflict
        self.held = held
        self.lines = records.column("_line")

    def result(self, at: Any, repeated: Sequence[int]) -> Met:
        """`at`: where the stored record of each is, or `_NONE`."""
        before = self._before(repeated, at)
        with_stored = pc.indices_nonzero(
            pc.and_(pc.not_equal(at, _NONE), pc.invert(_mask(before, len(at))))
        )
        places = at.take(with_stored)
        same = self._equal(self.records.take(with_stored), self.stored.records.take(places))
        turns = sorted(before)
        earlier = self.records.take(_rows(before[row] for row in turns))
        same_as_before = self._equal(self.records.take(_rows(turns)), earlier)
        outcome = dict(zip(turns, same_as_before.to_pylist(), strict=True))
        return self._fold(at, set(repeated), with_stored, same, outcome)

    def _before(self, repeated: Sequence[int], at: Any) -> dict[int, int]:
        """{row: the earlier row that it is compared with} of those that are not their id's first,
        unless what is stored decides about them all."""
        ids = self.records.column("id").take(_rows(repeated)).to_pylist()
        last: dict[str, int] = {}
        out: dict[int, int] = {}
        for row, id in zip(repeated, ids, strict=True):
            earlier = last.get(id)
            if self.on_conflict == "update":
                last[id] = row
            else:
                last.setdefault(id, row)
                if at[row].as_py() != _NONE:
                    continue
            if earlier is not None:
                out[row] = earlier
        return out

    def _equal(self, mine: pa.Table, other: pa.Table) -> Any:
        """Row by row, a missing value equal to a missing one."""
        out = pa.repeat(pa.scalar(True), len(mine))
        for name in self.names:
            a, b = (_column(table, name) for table in (mine, other))
            if a is None and b is None:
                continue
            if a is None or b is None:
                out = pc.and_(out, pc.is_null(b if a is None else a))
                continue
            neither = pc.and_(pc.is_null(a), pc.is_null(b))
            out = pc.and_(out, pc.or_(pc.fill_null(pc.equal(a, b), False), neither))
        return _flat(out)

    def _fold(
        self, at: Any, repeated: set[int], with_stored: Any, same: Any, outcome: dict[int, bool]
    ) -> Met:
        """Single rows by whole columns, rows of a repeated id one by one."""
        count = len(at)
        single = pc.invert(_mask(repeated, count))
        known = _mask(with_stored, count)
        new = pc.indices_nonzero(pc.and_(single, pc.invert(known)))
        met = Met(
            self.records, new, pa.repeat(pa.scalar(1, pa.int64()), len(new)), accepted=len(new)
        )
        alone = single.take(with_stored)
        met.duplicate = pc.sum(pc.and_(alone, same), min_count=0).as_py()
        other = with_stored.filter(pc.and_(alone, pc.invert(same)))
        self._differ(met, other, at.take(other))
        stored_same = (
            dict(zip(with_stored.to_pylist(), same.to_pylist(), strict=True)) if repeated else {}
        )
        self._one_by_one(met, sorted(repeated), at, {**stored_same, **outcome})
        return met

    def _differ(self, met: Met, rows: Any, places: Any) -> None:
        """Rows that are not what is stored under their ids."""
        if not len(rows):
            return
        if self.on_conflict == "update":
            if self.held.values:
                stays = self._staying(met, rows, places)
                rows, places = rows.filter(stays), places.filter(stays)
            versions = self.stored.records.column("version").take(places)
            _add(met, rows, pc.add(versions, 1))
            met.gone += [self.stored.places[place] for place in places.to_pylist()]
            met.updated += len(rows)
            return
        for row in rows.to_pylist():
            self._refuse(met, row)

    def _staying(self, met: Met, rows: Any, places: Any) -> Any:
        """Which of these rows leave no record without its legal hold; the others are rejected."""
        pairs = zip(rows.to_pylist(), places.to_pylist(), strict=True)
        out = [not self._keeps(met, row, self.stored.records, place) for row, place in pairs]
        return pa.array(out, pa.bool_())

    def _keeps(self, met: Met, row: int, before: pa.Table, place: int) -> bool:
        """Whether a legal hold keeps the record as it was before; then the row is rejected."""
        id = self.records.column("id")[row].as_py()
        was, now = self._cells(before, place), self._cells(self.records, row)
        reason = self.held.escape(id, self.fields, was, now)
        if reason is not None:
            met.rejected.append((self.lines[row].as_py(), reason))
        return reason is not None

    def _cells(self, table: pa.Table, at: int) -> list[Any]:
        columns = (_column(table, name) for name in self.fields)
        return [None if column is None else column[at].as_py() for column in columns]

    def _refuse(self, met: Met, row: int) -> None:
        id = self.records.column("id")[row].as_py()
        if self.on_conflict == "error":
            raise Conflict(f"Record {shown(id)} exists with other values; update or skip it.")
        reason = f"{shown(id)} exists with other values and was kept (on_conflict=skip)"
        met.rejected.append((self.lines[row].as_py(), reason))

    def _one_by_one(self, met: Met, rows: Sequence[int], at: Any, same: dict[int, bool]) -> None:
        ids = self.records.column("id").take(_rows(rows)).to_pylist()
        places = dict(zip(ids, at.take(_rows(rows)).to_pylist(), strict=True))
        versions = {
            id: 0 if place == _NONE else self.stored.records.column("version")[place].as_py()
            for id, place in places.items()
        }
        final: dict[str, int] = {}
        for row, id in zip(rows, ids, strict=True):
            if row not in same:  # nothing stood there
                met.accepted += 1
            elif same[row]:
                met.duplicate += 1
                continue
            elif self.on_conflict != "update":
                self._refuse(met, row)
                continue
            elif self.held.values and self._keeps(
                met, row, *self._standing(final.get(id), places[id])
            ):
                continue
            else:
                met.updated += 1
            versions[id] += 1
            final[id] = row
        _add(met, _rows(final.values()), pa.array([versions[id] for id in final], pa.int64()))
        gone = [places[id] for id in final if places[id] != _NONE]
        met.gone += [self.stored.places[place] for place in gone]

    def _standing(self, earlier: int | None, place: int) -> tuple[pa.Table, int]:
        """Where the record stands that a row meets: in the load, or in what is stored."""
        return (self.stored.records, place) if earlier is None else (self.records, earlier)


def _add(met: Met, rows: Any, versions: Any) -> None:
    """Rows to be written; all in the order of their source."""
    joined = pa.concat_arrays([met.written.cast(pa.uint64()), rows.cast(pa.uint64())])
    numbers = pa.concat_arrays([met.versions, _flat(versions)])
    order = pc.sort_indices(joined)
    met.written, met.versions = joined.take(order), numbers.take(order)


def _flat(column: Any) -> Any:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _column(table: pa.Table, name: str) -> Any:
    return table.column(name) if name in table.column_names else None


def _rows(numbers: Iterable[int]) -> Any:
    return pa.array(numbers, pa.uint64())


def _mask(rows: Any, count: int) -> Any:
    """Which of `count` rows are among these."""
    chosen = rows if isinstance(rows, pa.Array) else _rows(sorted(rows))
    if not len(chosen):
        return pa.repeat(pa.scalar(False), count)
    return pc.is_in(_all(count), value_set=chosen)


def _all(count: int) -> Any:
    return pa.array(np.arange(count, dtype=np.uint64))
