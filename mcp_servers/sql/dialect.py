"""How the engine of the rows and the engine of the segments say the same thing. Pure.

Both mean what `registry` says a plan means, to the last byte: text compares by its bytes, folding
of case by LIKE is ASCII's for an ASCII needle and Python's for another, integers never round.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from mcp_servers.sql.buckets import bucket_sql
from registry.plan import Bucket, Fn, Like
from registry.record import INT_EXACT_MAX, Canonical, Type

Bind = Callable[[Canonical], str]
_HUGE: Final = 10**30  # past any stored integer, and still one of the engine's


@dataclass(frozen=True, slots=True)
class Dialect:
    """The words that differ. `same`: equal, or both without a value."""

    name: Literal["sqlite", "duckdb"]
    false: str
    same: str

    def bucket(self, expression: str, kind: Type, bucket: Bucket) -> str:
        """See `mcp_servers.sql.buckets`."""
        return bucket_sql(expression, kind, bucket, engine=self.name)

    def literal(self, value: Canonical, kind: Type) -> Canonical:
        """A value to compare a column of this type with, so that neither is rounded."""
        whole = self is DUCKDB and kind.name in ("int", "decimal") and isinstance(value, float)
        if whole and isinstance(value, float) and abs(value) > INT_EXACT_MAX:
            return int(max(min(value, _HUGE), -_HUGE))
        return value

    def whole(self, expression: str) -> str:
        """A whole number that was computed; past 64 bits the statement fails."""
        if self is SQLITE:
            return f"isotherm_whole({expression})"  # there it would become a float
        return f"CAST({expression} AS BIGINT)"

    def wide(self, expression: str) -> str:
        """A whole number to compute with, in more than 64 bits where the engine has them."""
        return expression if self is SQLITE else f"CAST({expression} AS HUGEINT)"

    def like(self, expression: str, leaf: Like, bind: Bind) -> str:
        """Text that contains, starts or ends with the needle."""
        return (_sqlite_like if self is SQLITE else _duckdb_like)(expression, leaf, bind)

    def measure(self, fn: Fn, expression: str, kind: Type, q: Callable[[], str]) -> str:
        """An aggregate over an expression of this type."""
        if self is SQLITE:
            return (
                f"percentile_cont({expression}, {q()})"
                if fn == "percentile"
                else (_AGGREGATES[fn].format(expression))
            )
        if fn == "percentile":
            return f"quantile_cont({expression}, {q()})"
        if fn == "median":
            return f"quantile_cont({expression}, 0.5)"
        exact = kind.name == "float" and fn in ("sum", "avg")
        return f"{'f' if exact else ''}{_AGGREGATES[fn].format(expression)}"


_AGGREGATES: Final[dict[str, str]] = {
    "count": "count({})",
    "sum": "sum({})",
    "avg": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "distinct": "count(DISTINCT {})",
    "median": "median({})",
}
SQLITE: Final = Dialect("sqlite", "0", "IS")
DUCKDB: Final = Dialect("duckdb", "FALSE", "IS NOT DISTINCT FROM")


def as_float(expression: str, kind: Type) -> str:
    """A number of this type as a float, rounded the same by both engines and by Python."""
    number = f"CAST({expression} AS DOUBLE)"
    return f"({number} / CAST({10**kind.scale} AS DOUBLE))" if kind.scale else number


def _sqlite_like(expression: str, leaf: Like, bind: Bind) -> str:
    """LIKE folds ASCII only, so a needle with more goes through Python's lower case."""
    if leaf.value.isascii():
        text = leaf.value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = {"contains": f"%{text}%", "starts": f"{text}%", "ends": f"%{text}"}[leaf.op]
        return f"({expression} LIKE {bind(pattern)} ESCAPE '\\')"
    folded, needle = f"isotherm_lower({expression})", leaf.value.lower()
    if leaf.op == "contains":
        return f"(instr({folded}, {bind(needle)}) > 0)"
    length = bind(len(needle))
    start = f"1, {length}" if leaf.op == "starts" else f"-{length}"
    return f"(substr({folded}, {start}) = {bind(needle)})"


_FUNCTIONS: Final = {"contains": "contains", "starts": "starts_with", "ends": "suffix"}
_UPPER: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _duckdb_like(expression: str, leaf: Like, bind: Bind) -> str:
    """`lower` folds more than ASCII, but only two characters outside ASCII fold into it: texts that
    hold one of them take the slow way."""
    function, needle = _FUNCTIONS[leaf.op], bind(leaf.value.lower())
    if not leaf.value.isascii():
        return f"{function}(isotherm_lower({expression}), {needle})"
    ascii_only = f"translate({expression}, '{_UPPER}', '{_UPPER.lower()}')"
    strange = f"(contains({expression}, '\u212a') OR contains({expression}, '\u0130'))"
    return (
        f"(CASE WHEN {strange} THEN {function}({ascii_only}, {needle})"
        f" ELSE {function}(lower({expression}), {needle}) END)"
    )
