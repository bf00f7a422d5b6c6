"""Rows of a source as records of a collection: values converted, ids made, bad rows set apart with
a reason.

This runs in the reader's child, column by column. What it sends is checked again by the parent.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Protocol

import orjson

from mcp_servers.readers.table import Batch, Table
from registry import limits
from registry.errors import BadInput, IsothermError, shown
from registry.record import Canonical, Type, TypeName, canonical_json, check_id, encode, row_hash
from registry.shape.cells import convert, plain_text
from registry.shape.identity import Repeats, keyed_row

NO_KEY: Final = "{} is part of the key and cannot be empty"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a column goes. The field "id" is the record's id."""

    header: str
    field: str
    type: TypeName
    scale: int = 0
    format: str = ""
    enum: tuple[str, ...] | None = None
    required: bool = False

    @property
    def kind(self) -> Type:
        return Type(self.type, self.scale)


@dataclass(frozen=True, slots=True)
class Job:
    """What to make of a table.

    `constants` stand in every record; here they only count for its identity. `constant_texts`:
    those that are part of the key, as text.
    """

    targets: tuple[Target, ...]
    extra: tuple[str, ...] = ()
    constants: dict[str, Any] = field(default_factory=dict)
    constant_texts: dict[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Job:
        """The inverse of `to_wire`."""
        return cls(
            targets=tuple(Target(**target) for target in data["targets"]),
            extra=tuple(data["extra"]),
            constants=data["constants"],
            constant_texts=data["constant_texts"],
            key=tuple(data["key"]),
        )


class Ids(Protocol):
    """Ids of rows that have no key, in order."""

    def ids(self, rows: Iterable[bytes]) -> Iterator[str]: ...


@dataclass(frozen=True, slots=True)
class Records:
    """The good rows of a batch: their ids, canonical values by target, `extra` and lines; and why
    the bad ones are bad, by line."""

    ids: list[str]
    columns: list[Sequence[Canonical]]
    extra: list[str | None] | None
    lines: Sequence[int]
    reasons: list[tuple[int, str]]


class Maker:
    """Turns batches of one table into messages. Counts repeats over the whole table, so it must see
    every batch.
    """

    def __init__(self, job: Job, table: Table, ids: Ids | None = None) -> None:
        self._job = job
        self._table = table
        places = {column.header: place for place, column in enumerate(table.columns)}
        missing = [t.header for t in job.targets if t.header not in places]
        if missing and not table.keyed:
            raise BadInput(f"The source has no column {shown(missing[0])} any more; look again.")
        self.targets = [(t, places.get(t.header)) for t in job.targets if t.field != "id"]
        self.id = next(((t, places.get(t.header)) for t in job.targets if t.field == "id"), None)
        self.extra = [(h, places[h]) for h in job.extra if h in places]
        self._hashes: Ids = ids or Repeats(job.constants)

    @property
    def fields(self) -> list[str]:
        """The fields of a message's columns, in order."""
        return [target.field for target, _ in self.targets]

    @property
    def hashed(self) -> bool:
        """Ids are hashes of rows, so skipped batches still have to be counted."""
        return not self._job.key and self.id is None

    def skip(self, batch: Batch) -> None:
        """Count a batch that is committed already."""
        if self.hashed:
            self._hash_ids(batch)

    def make(self, batch: Batch) -> dict[str, Any]:
        """{rows, ids, columns, extra, lines, bad, reasons}: canonical values of the good rows."""
        found = self.records(batch)
        return {
            "rows": batch.count,
            "ids": found.ids,
            "columns": [
                _packed(column, t)
                for column, (t, _) in zip(found.columns, self.targets, strict=True)
            ],
            "extra": found.extra,
            "lines": _short_lines(found.lines),
            "bad": len(found.reasons),
            "reasons": found.reasons[: limits.REASONS_MAX],
        }

    def records(self, batch: Batch) -> Records:
        """The good rows and the bad ones."""
        cells = list(zip(*batch.rows, strict=True)) if batch.rows else []
        bad: dict[int, str] = {}
        columns = {t.field: self._column(t, place, cells, batch, bad) for t, place in self.targets}
        ids = self._ids(cells, columns, batch, bad)
        extra = self._extras(batch, bad)
        lines: Sequence[int] = batch.lines
        out = list(columns.values())
        if bad:
            keep = [i for i in range(len(batch.rows)) if i not in bad]
            out = [[column[i] for i in keep] for column in out]
            ids = [ids[i] for i in keep]
            extra = None if extra is None else [extra[i] for i in keep]
            lines = [lines[i] for i in keep]
        reasons = sorted([*batch.faults, *((batch.lines[i], why) for i, why in bad.items())])
        return Records(ids, out, extra, lines, reasons)

    def _column(
        self,
        target: Target,
        place: int | None,
        cells: list[tuple[Any, ...]],
        batch: Batch,
        bad: dict[int, str],
    ) -> Sequence[Canonical]:
        if place is None:
            column: Sequence[Any] = [(s or {}).get(target.header) for s in _spills(batch)]
        else:
            column = cells[place] if cells else ()
        done = convert(
            column,
            target.kind,
            target.format,
            typed=self._table.typed,
            where=shown(target.header),
        )
        for index, reason in done.faults.items():
            bad.setdefault(index, reason)
        for index, reason in misfits(target, done.values):
            bad.setdefault(index, reason)
        return done.values

    # -- ids

    def _ids(
        self,
        cells: list[tuple[Any, ...]],
        columns: dict[str, Sequence[Canonical]],
        batch: Batch,
        bad: dict[int, str],
    ) -> list[str]:
        if self._job.key:
            return self.key_ids(columns, len(batch.rows), bad)
        if self.id is not None:
            target, place = self.id
            given: Sequence[Any] = [None] * len(batch.rows)
            if place is not None and cells:
                given = cells[place]
            return checked(map(plain_text, given), target.header, bad)
        return self._hash_ids(batch)

    def key_ids(
        self, columns: dict[str, Sequence[Canonical]], count: int, bad: dict[int, str]
    ) -> list[str]:
        """As `mcp_servers.records.key_id` makes them, a column at a time."""
        kinds = {target.field: target.kind for target, _ in self.targets}
        parts: list[list[str]] = []
        for name in self._job.key:
            if name in self._job.constant_texts:
                parts.append([self._job.constant_texts[name]] * count)
            else:
                parts.append([key_text(v, kinds[name]) for v in columns[name]])
        for name, part in zip(self._job.key, parts, strict=True):
            for index in _where(part, lambda text: not text):
                bad.setdefault(index, NO_KEY.format(name))
        if len(parts) == 1:
            joined: Iterable[str] = parts[0]
        else:
            joined = ("|".join(map(_escaped, row)) for row in zip(*parts, strict=True))
        longest = limits.ID_CHARS_MAX
        return [text if len(text) <= longest else row_hash([text]) for text in joined]

    def _hash_ids(self, batch: Batch) -> list[str]:
        if not self._table.keyed:
            return list(self._hashes.ids(map(orjson.dumps, batch.rows)))
        headers = [column.header for column in self._table.columns]
        return list(
            self._hashes.ids(
                keyed_row({**dict(zip(headers, row, strict=True)), **(spill or {})})
                for row, spill in zip(batch.rows, _spills(batch), strict=True)
            )
        )

    # -- the rest

    def _extras(self, batch: Batch, bad: dict[int, str]) -> list[str | None] | None:
        """Columns that have no field, as one JSON object a row."""
        if not self.extra and batch.spill is None:
            return None
        taken = {target.header for target in self._job.targets}
        out: list[str | None] = []
        for index, (row, spill) in enumerate(zip(batch.rows, _spills(batch), strict=True)):
            rest = {h: row[place] for h, place in self.extra if row[place] not in (None, "")}
            rest.update({h: v for h, v in (spill or {}).items() if h not in taken})
            try:
                out.append(canonical_json(rest, "the columns without a field") if rest else None)
            except IsothermError as no:
                bad.setdefault(index, no.message)
                out.append(None)
        return out


def misfits(target: Target, values: Sequence[Canonical]) -> Iterator[tuple[int, str]]:
    """The values that the field may not have: (row, reason)."""
    header = shown(target.header)
    if target.required and None in values:
        for index in _where(values, lambda v: v is None):
            yield index, f"{header} is empty, and {target.field} is required"
    enum = {*(target.enum or ()), None}
    if target.enum is not None and not set(values) <= enum:
        allowed = ", ".join(target.enum[:12])
        for index in _where(values, lambda v: v not in enum):
            yield index, f"{header} must be one of {allowed}; got {shown(values[index])}"


def _spills(batch: Batch) -> Sequence[dict[str, Any] | None]:
    return batch.spill if batch.spill is not None else [None] * len(batch.rows)


def _where(values: Sequence[Any], test: Callable[[Any], bool]) -> list[int]:
    return [index for index, value in enumerate(values) if test(value)]


def checked(texts: Iterable[str], header: str, bad: dict[int, str]) -> list[str]:
    out = list(texts)
    longest = max(map(len, out), default=0)
    if all(out) and longest <= limits.ID_CHARS_MAX and "\x00" not in "".join(out):
        return out
    for index, text in enumerate(out):
        try:
            check_id(text, shown(header))
        except IsothermError as no:
            bad.setdefault(index, no.message)
    return out


def key_text(value: Canonical, kind: Type) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    wire = encode(value, kind)
    return wire if isinstance(wire, str) else canonical_json(wire)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("|", "\\|")


def _packed(column: Sequence[Canonical], target: Target) -> Sequence[Any]:
    """Bytes cross the pipe as base64."""
    if target.type != "bytes":
        return column
    return [None if v is None else base64.b64encode(v).decode() for v in column]  # type: ignore[arg-type]


def _short_lines(lines: Sequence[int]) -> list[int] | dict[str, int]:
    """Lines that follow on each other as {first}."""
    if lines and lines[-1] - lines[0] == len(lines) - 1:
        return {"first": lines[0]}
    return list(lines)
