"""Legal holds inside a row database: which records may not be deleted, as `_held` says.

`_held (tenant, collection, field, value, reason)`: the records whose `field` has this value; field
"" is every record of the collection, collection "" of the domain. Opens and commits nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import apsw

from registry.errors import shown
from registry.record import Canonical

#: (collection, field, value, reason)
Hold = tuple[str, str, Canonical, str]
_EVERY: Final = ""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a collection. `every`: why all of it is; `values`: {field: {value: why}}."""

    every: str | None
    values: Mapping[str, Mapping[Canonical, str]]

    def __bool__(self) -> bool:
        return self.every is not None or bool(self.values)

    def why(self, id: str, fields: Sequence[str], cells: Sequence[Any]) -> str | None:
        """The reason why a record with these cells (one per field) is held, if it is."""
        if self.every is not None or not self.values:
            return self.every
        record = {"id": id, **dict(zip(fields, cells, strict=True))}
        for field, values in self.values.items():
            found = values.get(record.get(field))
            if found is not None:
                return found
        return None

    def escape(
        self, id: str, fields: Sequence[str], was: Sequence[Any], now: Sequence[Any]
    ) -> str | None:
        """Why a record with the cells `was` may not get the cells `now`, if it may not: it is held,
        and would not be any more."""
        if self.why(id, fields, was) is None or self.why(id, fields, now) is not None:
            return None
        return f"{shown(id)} is under legal hold, and would not be any more"


def of(connection: apsw.Connection, tenant: str, collection: str) -> Held:
    """What is held of a tenant's collection."""
    every: str | None = None
    values: dict[str, dict[Canonical, str]] = {}
    rows: Any = connection.execute(
        "SELECT field, value, reason FROM _held WHERE tenant = ? AND collection IN (?, '')",
        (tenant, collection),
    )
    for field, value, reason in rows:
        if field == _EVERY:
            every = reason
        else:
            values.setdefault(field, {})[value] = reason
    return Held(every, values)


def told(connection: apsw.Connection, tenant: str) -> set[Hold]:
    """All that is held of a tenant's records."""
    rows: Any = connection.execute(
        "SELECT collection, field, value, reason FROM _held WHERE tenant = ?", (tenant,)
    )
    return set(rows)


def put(connection: apsw.Connection, tenant: str, holds: Iterable[Hold]) -> None:
    """From now on exactly these hold of the tenant's records."""
    connection.execute("DELETE FROM _held WHERE tenant = ?", (tenant,))
    connection.executemany(
        "INSERT OR IGNORE INTO _held VALUES (?, ?, ?, ?, ?)",
        [(tenant, *hold) for hold in holds],
    )
