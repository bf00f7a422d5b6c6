# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""The parts that all statements of a plan are put together from: names, FROM and WHERE, order,
pages, measures. Pure; every value is bound.

Every table of the rows' engine carries the tenant's predicate; the segments' engine is given one
tenant's tables to begin with, and the places of the texts that match. The order is always total
(nulls last, then the id or all group keys), so that a page can begin behind the last row of the one
before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mcp_servers.segments import PLACE
from mcp_servers.sql.dialect import SQLITE, Dialect
from mcp_servers.sql.match import fts5
from mcp_servers.sql.predicates import Conditions, Values, check_width
from mcp_servers.stores.sqlite_names import quoted, search_name, table_name
from registry.catalog import Catalogue
from registry.check import Scope, chosen, outputs, shown_fields
from registry.errors import Bug
from registry.limits import ROWS_DEFAULT, ROWS_MAX
from registry.plan import Group, Join, Match, Measured, Predicate, QueryPlan, row_ids, split_path
from registry.record import Canonical, Type

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Term:
    """One order key."""

    sql: str
    desc: bool = False
    nullable: bool = True
    same: str = "IS"

    def order(self) -> str:
        direction = " DESC" if self.desc else ""
        return f"{self.sql}{direction}{' NULLS LAST' if self.nullable else ''}"

    def equal(self, mark: str) -> str:
        return f"{self.sql} {self.same if self.nullable else '='} {mark}"

    def behind(self, mark: str) -> str:
        after = f"{self.sql} {'<' if self.desc else '>'} {mark}"
        return f"({after} OR {self.sql} IS NULL)" if self.nullable else after


class Statement:
    """One statement being made. Each part that is asked for binds its values, and notes in `reads`
    and `searches` what it needs.

    Raises what `registry.check.check` raises, and `TooLarge` past the bounds on predicates and
    values.
    """

    def __init__(
        self, plan: QueryPlan, catalogue: Catalogue, tenant: str, dialect: Dialect
    ) -> None:
        if plan.combine is not None:
            raise Bug("the rows of two plans are combined by whoever runs both")
        self.outputs = outputs(plan, catalogue)
        self.columns = chosen(plan, self.outputs, catalogue)
        check_width(plan.where, plan.having, *(m.where for m in plan.measures))
        self.plan = plan
        self.dialect = dialect
        self.reads: dict[str, set[str]] = {address: set() for address in plan.own}
        self.searches: list[tuple[str, str, str]] = []
        self.limit = min(plan.limit or ROWS_DEFAULT, ROWS_MAX)
        self.scope = Scope(plan, catalogue)
        self.values = Values()
        self.tenant = self.values.bind(tenant) if dialect is SQLITE else None
        self.names: dict[str | None, str] = {None: "t"}
        self.names |= {join.alias: f"j{n}" for n, join in enumerate(plan.joins)}
        self.conditions = Conditions(self.values, self.resolve, self._match, dialect)

    # -- parts -----------------------------------------------------------------------------------

    def resolve(self, path: str) -> tuple[str, Type]:
        """A field as an expression, and its type."""
        alias, name = split_path(path)
        self._reads(self.plan.address_of(alias), name)
        return f"{self.names[alias]}.{quoted(name)}", self.scope.field(path).kind

    def _reads(self, address: str | None, name: str) -> None:
        self.reads[address or self.plan.source].add(name)

    def _match(self, node: Match) -> str:
        words = fts5(node.text)
        if words is None:
            return f"({self.dialect.false})"
        address = self.plan.address_of(node.alias) or self.plan.source
        place, found = f"{self.names[node.alias]}._row", self._found(address, words)
        if self.dialect is not SQLITE:
            place = f"{self.names[node.alias]}.{PLACE}"
            self._reads(address, PLACE)
        if any(join.kind == "left" and join.alias == node.alias for join in self.plan.joins):
            # without a partner it is neither true nor false, whatever others have stored
            return f"(CASE WHEN {place} IS NOT NULL THEN {place} IN ({found}) END)"
        return f"({place} IN ({found}))"

    def _found(self, address: str, words: str) -> str:
        """The places of the texts that match."""
        if self.dialect is not SQLITE:
            table = f"m{len(self.searches)}"
            self.searches.append((table, address, words))
            return f"SELECT place FROM {table}"
        index = search_name(_short(address))
        return f"SELECT rowid FROM {index} WHERE {index} MATCH {self.values.bind(words)}"

    def source(self) -> str:
        """FROM and WHERE, without what a page adds."""
        parts = [f"FROM {table_name(_short(self.plan.source))} AS t"]
        conditions = [f"t._tenant = {self.tenant}"] if self.tenant else []
        for join in self.plan.joins:
            if join.kind == "anti":
                conditions.append(f"NOT EXISTS (SELECT 1 FROM {self._joined(join, 'WHERE')})")
            else:
                word = "LEFT JOIN" if join.kind == "left" else "JOIN"
                parts.append(f"{word} {self._joined(join, 'ON')}")
        if self.plan.where is not None:
            conditions.append(self.conditions.sql(self.plan.where))
        return f"{' '.join(parts)} WHERE {' AND '.join(conditions) or 'TRUE'}"

    def _joined(self, join: Join, word: str) -> str:
        name = self.names[join.alias]
        left, _ = self.resolve(join.on[0])
        right = f"{name}.{quoted(join.on[1])}"
        self._reads(join.to, join.on[1])
        tenant = f"{name}._tenant = {self.tenant} AND " if self.tenant else ""
        return f"{table_name(_short(join.to))} AS {name} {word} {tenant}{right} = {left}"

    def page(self, terms: Sequence[Term]) -> str:
        """ORDER BY and LIMIT."""
        order = ", ".join(term.order() for term in terms)
        return f"{f' ORDER BY {order}' if order else ''} LIMIT {self.values.bind(self.limit + 1)}"

    def behind(self, terms: Sequence[Term], after: Sequence[Canonical]) -> str:
        """Whether a row comes after the one with these order keys."""
        term, value = terms[0], after[0]
        rest = self.behind(terms[1:], after[1:]) if len(terms) > 1 else None
        if value is None and rest is None:
            return f"({self.dialect.false})"  # nulls stand last
        mark = self.values.bind(value)
        parts = [] if value is None else [term.behind(mark)]
        if rest is not None:
            parts.append(f"({term.equal(mark)} AND {rest})")
        return f"({' OR '.join(parts)})"

    # -- outputs ---------------------------------------------------------------------------------

    def listed(self) -> list[str]:
        """The fields of a plan that lists records, or of its distinct rows."""
        return [self.resolve(path)[0] for path in shown_fields(self.plan, self.scope)]

    def list_terms(self, computed: Mapping[str, str] = _NONE) -> list[Term]:
        """The order asked for, then the ids of all that makes a row of the result one of its
        kind. `computed`: how computed columns are called."""
        terms: dict[str, Term] = {}
        for order in self.plan.order:
            sql = computed.get(order.by) or self.resolve(order.by)[0]
            nullable = order.by not in ("id", "version")
            terms.setdefault(sql, Term(sql, order.desc, nullable, self.dialect.same))
        left = {join.alias for join in self.plan.joins if join.kind == "left"}
        for path in row_ids(self.plan):
            sql, _ = self.resolve(path)
            nullable = split_path(path)[0] in left
            terms.setdefault(sql, Term(sql, nullable=nullable, same=self.dialect.same))
        return list(terms.values())

    def group(self, group: Group) -> str:
        """The expression of a key."""
        expression, kind = self.resolve(group.field)
        if group.bucket is None:
            return f"+{expression}" if self._looks_past_keys() else expression
        return self.dialect.bucket(expression, kind, group.bucket)

    def _looks_past_keys(self) -> bool:
        """Whether SQLite must be kept from walking an index in the order of the keys, to look up
        every row for the rest: with `+` it reads them as they lie, many times faster."""
        measures = self.plan.measures
        more = self.plan.where is not None or any(m.field or m.where for m in measures)
        return self.dialect is SQLITE and more

    def measured(self, measure: Measured) -> tuple[str, Type, str]:
        """What is folded, its type, and which records of it, as FILTER."""
        expression, kind = self.resolve(measure.field) if measure.field else ("*", Type("int"))
        if measure.where is None:
            return expression, kind, ""
        return expression, kind, f" FILTER (WHERE {self.conditions.sql(measure.where)})"

    def measure(self, measure: Measured) -> str:
        """The aggregate."""
        expression, kind, condition = self.measured(measure)
        sql = self.dialect.measure(
            measure.fn, expression, kind, lambda: self.values.bind(measure.q)
        )
        sql += condition
        if kind.name == "decimal" and measure.fn in ("avg", "median", "percentile"):
            sql = f"({sql} / {10**kind.scale}.0)"
        return sql

    def output(self, name: str) -> tuple[str, Type]:
        """An output column by its name, as `having` and `order` say it."""
        place = next(n for n, column in enumerate(self.outputs) if column.name == name)
        own = len(self.outputs) - len(self.plan.compute)
        return f"o{place}" if place < own else f"c{place - own}", self.outputs[place].type

    def having(self, node: Predicate) -> str:
        """A condition on output columns."""
        return Conditions(self.values, self.output, self._match, self.dialect).sql(node)

    def fold_terms(self) -> list[Term]:
        """The order asked for, then all keys."""
        terms: dict[str, Term] = {}
        for order in self.plan.order:
            sql, _ = self.output(order.by)
            terms.setdefault(sql, Term(sql, order.desc, same=self.dialect.same))
        own = len(self.outputs) - len(self.plan.compute)
        for n in range(len(self.plan.group) if self.plan.aggregates else own):
            terms.setdefault(f"o{n}", Term(f"o{n}", same=self.dialect.same))
        return list(terms.values())


def _short(address: str) -> str:
    return address.partition(".")[2]
