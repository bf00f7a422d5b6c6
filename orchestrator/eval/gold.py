"""The right rows of a question: given by the suite, or by its SQL over the suite's own database.

Reads the suite's files, never a data folder of ours.
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orchestrator.eval.suite import SuiteQuestion
from registry.clock import Clock
from registry.errors import BadInput, TooLarge, shown

ROWS_MAX: Final = 100_000
_SECONDS_MAX: Final = 30
_STEPS: Final = 100_000  # of the engine between two looks at the clock
_INNER: Final = re.compile(r"'[^']*'|\([^()]*\)")
_ORDER: Final = re.compile(r"\border\s+by\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gold:
    """The right rows. `ordered`: their order counts."""

    rows: list[list[Any]]
    ordered: bool


def gold_of(question: SuiteQuestion, database: Path | None, clock: Clock) -> Gold:
    """The question's right rows; `BadInput` when its SQL cannot be run. Not for one with
    `expect`."""
    if question.answer is not None:
        return Gold(question.answer, question.ordered)
    assert question.sql is not None and database is not None, "the suite was checked"
    try:
        return Gold(_run(question.sql, database, clock), is_ordered(question.sql))
    except sqlite3.Error as bad:
        raise BadInput(f"The SQL of question {shown(question.id)} does not run: {bad}.") from None


def is_ordered(sql: str) -> bool:
    """Whether the statement itself, not a part of it in brackets, has an order."""
    found = 1
    while found:
        sql, found = _INNER.subn(" ", sql)
    return _ORDER.search(sql) is not None


def _run(sql: str, database: Path, clock: Clock) -> list[list[Any]]:
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        connection.text_factory = lambda raw: raw.decode(errors="replace")
        late = clock.monotonic() + _SECONDS_MAX
        connection.set_progress_handler(lambda: clock.monotonic() > late, _STEPS)
        rows = connection.execute(sql).fetchmany(ROWS_MAX + 1)
    finally:
        connection.close()
    if len(rows) > ROWS_MAX:
        raise TooLarge(f"A suite's SQL gives at most {ROWS_MAX:,} rows; add a LIMIT.")
    return [list(row) for row in rows]
