"""The demo company in DuckDB tables, straight from the records that its generator makes.

A table is named after its collection (`logs.entries` is `entries`). Times are TIMESTAMP (UTC), days
DATE, money DECIMAL; a field that a record lacks is NULL. Never reads what the product stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import duckdb
import orjson

from orchestrator.demo.company import SEED, company
from registry.moment import time_us

NOW: Final = "2026-10-15T14:30:00Z"  # a Thursday; a quarter has just ended
_TYPES: Final = (
    (re.compile(r".*_at|at"), "TIMESTAMP"),
    (re.compile(r".*_on|day"), "DATE"),
    (re.compile(r"amount|monthly_fee|cost"), "DECIMAL(18,2)"),
)
_PLAIN: Final = {bool: "BOOLEAN", int: "BIGINT", float: "DOUBLE", str: "VARCHAR"}
#: `within`: half-open; `ago`: that long before `NOW`
_MACROS: Final = """
CREATE MACRO within(t, a, b) AS t >= CAST(a AS TIMESTAMP) AND t < CAST(b AS TIMESTAMP);
CREATE MACRO ago(step) AS TIMESTAMP '2026-10-15 14:30:00' - step;
"""


def demo_tables() -> duckdb.DuckDBPyConnection:
    """The company as it is at `NOW`."""
    now_us = time_us(NOW)
    assert now_us is not None
    connection = tables_of({})
    for address, records in company(SEED, now_us).records.items():
        _add(connection, address.partition(".")[2], records)
    return connection


def tables_of(
    tables: Mapping[str, list[dict[str, Any]]], types: Mapping[str, str] | None = None
) -> duckdb.DuckDBPyConnection:
    """Tables of records, in memory. `types`: of columns whose values do not tell."""
    connection = duckdb.connect(config={"threads": 1})  # the same sums every time
    connection.execute(_MACROS)
    for name, records in tables.items():
        _add(connection, name, records, types or {})
    return connection


def _add(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    records: list[dict[str, Any]],
    types: Mapping[str, str] | None = None,
) -> None:
    fields = list(dict.fromkeys(field for record in records for field in record))
    told = {field: (types or {}).get(field) or _type_of(field, records) for field in fields}
    columns = ", ".join(f'"{field}" {told[field]}' for field in fields)
    values = ", ".join(f"CAST(row->>{n} AS {told[field]})" for n, field in enumerate(fields))
    rows = orjson.dumps([[record.get(field) for field in fields] for record in records]).decode()
    connection.execute(f'CREATE TABLE "{table}"({columns})')
    connection.execute(
        f'INSERT INTO "{table}" SELECT {values} FROM (SELECT unnest(CAST($1 AS JSON[])) AS row)',
        [rows],
    )


def _type_of(field: str, records: Iterable[Mapping[str, Any]]) -> str:
    for pattern, type_ in _TYPES:
        if pattern.fullmatch(field):
            return type_
    return _PLAIN[type(next(r[field] for r in records if r.get(field) is not None))]
