"""A bound that nobody asks for is no bound."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from registry import limits

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "registry" / "limits.py"
SOURCES = [
    path
    for package in ("registry", "mcp_servers", "orchestrator")
    for path in (ROOT / package).rglob("*.py")
    if path != TABLE
]
NAMES = [name for name in vars(limits) if name.isupper()]


@pytest.fixture(scope="module")
def words() -> set[str]:
    return {
        word
        for path in SOURCES
        for word in re.findall(r"\b[A-Z][A-Z_]+\b", path.read_text(encoding="utf-8"))
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_limit_is_used_somewhere(name: str, words: set[str]) -> None:
    assert name in words


@pytest.mark.parametrize("name", NAMES)
def test_a_limit_is_a_positive_number(name: str) -> None:
    assert getattr(limits, name) > 0


def test_limits_that_contain_each_other_agree() -> None:
    assert limits.TEXT_BYTES_MAX < limits.RECORD_BYTES_MAX <= limits.REPLY_BYTES_MAX
    assert limits.INLINE_BYTES_MAX < limits.HTTP_BODY_BYTES_MAX <= limits.LINE_BYTES_MAX
    assert limits.ROWS_DEFAULT <= limits.ROWS_MAX <= limits.GATHER_ROWS_MAX
    assert limits.QUERY_MS_MAX < limits.CALL_MS_MAX
    # SQLite binds at most 32,766 values
    assert limits.PLAN_VALUES_MAX + limits.PLAN_NODES_MAX < 32_766


def test_every_line_of_the_table_is_one_limit() -> None:
    found = re.findall(r"^([A-Z_]+): Final = ", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == sorted(NAMES)
