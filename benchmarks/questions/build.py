"""Makes the suites that `isotherm eval` reads: `python3 -m benchmarks.questions.build`.

Each gold's SQL is run here, over tables that the product never saw, and the rows are written beside
the question. Refuses a gold that is empty by accident and a top-N whose last place is tied.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import duckdb
import orjson

from benchmarks.questions.book import EXPECTED, Entry, read_book
from benchmarks.questions.tables import NOW, demo_tables
from benchmarks.questions.workshop import workshop_csv, workshop_tables
from orchestrator.eval.gold import is_ordered

FOLDER: Final = Path(__file__).parent
_DATABASES: Final = {"demo": "demo", "rounds": "demo", "workshop": "repairs"}
_WHOLE: Final = frozenset({"rounds"})  # all of it may be looked at
_RANKED: Final = re.compile(
    r"(?P<asked>.*) order by (?P<by>.*?)( limit (?P<limit>\d+))?", re.DOTALL
)


def main() -> None:
    """Write the suites into their folders."""
    for suite, text in texts().items():
        (FOLDER / suite / "questions.jsonl").write_bytes(text)
    listed = FOLDER / "workshop" / "databases" / "repairs.csv"
    listed.parent.mkdir(exist_ok=True)
    listed.write_text(workshop_csv(), encoding="utf-8")


def texts() -> dict[str, bytes]:
    """The text of each suite's `questions.jsonl`; `ValueError` with the question of a bad gold."""
    company = demo_tables()
    tables = {"demo": company, "rounds": company, "workshop": workshop_tables()}
    return {
        suite: b"".join(
            orjson.dumps(_line(suite, entry, connection), option=orjson.OPT_APPEND_NEWLINE)
            for entry in _unrepeated(read_book(FOLDER / suite))
        )
        for suite, connection in tables.items()
    }


def _unrepeated(entries: Iterable[Entry]) -> Iterator[Entry]:
    seen: set[str] = set()
    for entry in entries:
        if entry.id in seen:
            raise ValueError(f"twice: {entry.question}")
        seen.add(entry.id)
        yield entry


def _line(suite: str, entry: Entry, tables: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    known = {
        "id": entry.id,
        "db": _DATABASES[suite],
        "kind": entry.kind,
        "half": None if suite in _WHOLE else entry.half,
        "question": entry.question,
        "now": NOW,
        "conversation": entry.talk,
        "pair": entry.pair,
        "further": "further" in entry.notes or None,
        **({"expect": entry.gold} if entry.gold in EXPECTED else _answer(entry, tables)),
    }
    return {name: value for name, value in known.items() if value is not None}


def _answer(entry: Entry, tables: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    try:
        rows = tables.execute(entry.gold).fetchall()
        _untied(entry, tables)
    except duckdb.Error as bad:
        raise ValueError(f"{entry.question}: {bad}") from None
    something = any(value not in (None, 0) for row in rows for value in row)
    if not something and "zero" not in entry.notes:
        raise ValueError(f"nothing is right for: {entry.question}")
    answer = [[_wire(value) for value in row] for row in rows]
    ordered = is_ordered(entry.gold)
    return {
        "answer": answer if ordered else sorted(answer, key=str),
        "ordered": ordered or None,
        "gold_sql": entry.gold,
    }


def _untied(entry: Entry, tables: duckdb.DuckDBPyConnection) -> None:
    """Refuse an order in which two rows are alike, or a limit that leaves out the last one's equal.

    An order within brackets, as in a window, is not looked at.
    """
    ranked = _RANKED.fullmatch(entry.gold)
    if ranked is None or not is_ordered(entry.gold):
        return
    asked, by, limit = ranked["asked"], ranked["by"], ranked["limit"]
    one_more = f" order by {by}" + (f" limit {int(limit) + 1}" if limit else "")
    key = by.removesuffix(" desc")
    if key.isdecimal():
        sql, at = f"select * from ({asked}){one_more}", int(key) - 1
    else:
        sql, at = asked.replace("select ", f"select {key} as ranked_by, ", 1) + one_more, 0
        sql = re.sub(r"group by 1\b", "group by 2", sql)
    keys = [row[at] for row in tables.execute(sql).fetchall()]
    if len(set(keys)) < len(keys):
        raise ValueError(f"tied: {entry.question}: {keys}")


def _wire(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


if __name__ == "__main__":
    main()
