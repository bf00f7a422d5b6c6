"""A plan's predicate tree -> an SQL condition. Pure; values are always bound.

Nulls follow SQL: a comparison with a field that has no value is neither true nor false, so neither
`=` nor `!=` nor their `not` finds it; `null` does. Text compares by its
bytes; `contains`, `starts` and `ends` fold case.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

from mcp_servers.sql.dialect import DUCKDB, SQLITE, Dialect, as_float
from registry.check import comparable
from registry.errors import Bug, TooLarge
from registry.limits import PLAN_NODES_MAX, PLAN_VALUES_MAX
from registry.plan import And, Compare, In, IsNull, Like, Match, Not, Or, Predicate, leaves
from registry.record import NUMERIC, Canonical, Type

Resolve: TypeAlias = Callable[[str], tuple[str, Type]]


_FEW: Final = 64  # values are bound one by one


class Values:
    """The bound values of one statement. `bind` gives the placeholder, so their order is free."""

    def __init__(self) -> None:
        self.bound: list[Canonical] = []

    def bind(self, value: Canonical) -> str:
        self.bound.append(value)
        return f"?{len(self.bound)}"

    def bind_list(self, values: list[Canonical]) -> str:
        """Values of one type as one list."""
        self.bound.append(values)  # type: ignore[arg-type]
        return f"?{len(self.bound)}"


class Conditions:
    """Compiles predicates whose paths `resolve` turns into an SQL expression and its type."""

    def __init__(
        self,
        values: Values,
        resolve: Resolve,
        match: Callable[[Match], str],
        dialect: Dialect = SQLITE,
    ) -> None:
        self._dialect = dialect
        self._values = values
        self._resolve = resolve
        self._match = match

    def sql(self, node: Predicate) -> str:
        """The condition, in brackets where it needs them."""
        if isinstance(node, (And, Or)):
            word = " AND " if isinstance(node, And) else " OR "
            return _balanced([self.sql(arg) for arg in node.args], word)
        if isinstance(node, Not):
            return f"(NOT {self.sql(node.arg)})"
        if isinstance(node, Match):
            return self._match(node)
        return self._leaf(node)

    def _leaf(self, leaf: Compare | In | IsNull | Like) -> str:
        expression, kind = self._resolve(leaf.field)
        if isinstance(leaf, IsNull):
            return f"({expression} IS NULL)"
        if isinstance(leaf, Like):
            return self._dialect.like(expression, leaf, self._values.bind)
        if leaf.plan is not None:
            raise Bug("a plan within a plan has to be run before the plan around it")
        if isinstance(leaf, In):
            return self._in(expression, [self._literal(v, kind, leaf.field) for v in leaf.values])
        if leaf.other is not None:
            other, its = self._resolve(leaf.other)
            if kind != its and kind.name in NUMERIC:
                expression, other = as_float(expression, kind), as_float(other, its)
            return f"({expression} {leaf.op} {other})"
        value = self._values.bind(self._literal(leaf.value, kind, leaf.field))
        return f"({expression} {leaf.op} {value})"

    def _in(self, expression: str, values: Sequence[Canonical]) -> str:
        """The list is filled up to a power of two by repeating a value, so that few statements
        serve all lengths."""
        unique = list(dict.fromkeys(values))
        if not unique:
            return f"({expression} IS NULL AND NULL)"  # false, or unknown without a value
        if len(unique) > _FEW and self._dialect is DUCKDB and len(set(map(type, unique))) == 1:
            return f"({expression} IN (SELECT unnest({self._values.bind_list(unique)})))"
        unique += [unique[-1]] * ((1 << (len(unique) - 1).bit_length()) - len(unique))
        return f"({expression} IN ({', '.join(map(self._values.bind, unique))}))"

    def _literal(self, value: object, kind: Type, field: str) -> Canonical:
        return self._dialect.literal(comparable(value, kind, field), kind)


def _balanced(parts: list[str], word: str) -> str:
    """Joined as a tree of small depth: the engine bounds the depth of an expression."""
    if len(parts) <= 2:
        return parts[0] if len(parts) == 1 else f"({parts[0]}{word}{parts[1]})"
    half = len(parts) // 2
    return f"({_balanced(parts[:half], word)}{word}{_balanced(parts[half:], word)})"


def check_width(*nodes: Predicate | None) -> None:
    """`TooLarge` when the predicates of one plan together pass the bounds."""
    found: list[Any] = [leaf for node in nodes for leaf in leaves(node)]
    if len(found) > PLAN_NODES_MAX:
        raise TooLarge(f"A plan has at most {PLAN_NODES_MAX} predicates; this has {len(found)}.")
    if sum(len(leaf.values) for leaf in found if isinstance(leaf, In)) > PLAN_VALUES_MAX:
        raise TooLarge(f"A plan lists at most {PLAN_VALUES_MAX:,} values; ask in several steps.")
