# ruff: noqa: S608 - identifiers come from a checked spec and are quoted; values are always bound
"""`QueryPlan` -> one SQL statement. Pure: checks the plan, opens nothing, and binds every value.

Where records are in both tiers, the rows' engine gives the segments' engine what it needs of its
rows (`Given`): those that may stand on the page, or, where a plan decomposes, its groups, folded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mcp_servers.segments import PHYSICAL, PLACE
from mcp_servers.sql.arrange import arranged, listed
from mcp_servers.sql.dialect import DUCKDB, SQLITE, Dialect
from mcp_servers.sql.partial import Piece, pieces_of, whole_of
from mcp_servers.sql.statement import Statement, Term
from mcp_servers.stores.sqlite_names import quoted
from registry.catalog import Catalogue
from registry.check import Column
from registry.plan import QueryPlan
from registry.record import Canonical

#: the table of folded rows in a merged statement
FOLDED: Final = "folded"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement that gives at most `limit + 1` rows: the columns, then what lies at `keys` and
    `matched`.

    `keys`: where a row's order keys stand, for the cursor. `matched`: where the number of folded
    records stands. `reads`: the fields it needs of each collection. `searches`: the tables of
    matching places it needs, as (table, collection, expression).
    """

    sql: str
    values: tuple[Canonical, ...]
    columns: tuple[Column, ...]
    keys: tuple[int, ...]
    matched: int | None
    limit: int
    reads: Mapping[str, frozenset[str]]
    searches: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """A statement over rows whose result is a table of another. `columns`: the name and physical
    type of each. `matched`: where the number of folded records stands."""

    sql: str
    values: tuple[Canonical, ...]
    columns: Mapping[str, str]
    matched: int | None = None


def compile_plan(
    plan: QueryPlan,
    catalogue: Catalogue,
    tenant: str,
    *,
    after: Sequence[Canonical] | None = None,
    dialect: Dialect = SQLITE,
) -> Compiled:
    """The statement of a plan whose collections are all of one domain. `after`: the order keys of
    the last row seen.

    Raises what `registry.check.check` raises, and `TooLarge` past the bounds on predicates and
    values.
    """
    statement = Statement(plan, catalogue, tenant, dialect)
    return (_folded if plan.aggregates or plan.distinct else _listed)(statement, after)


def compile_first(
    plan: QueryPlan,
    catalogue: Catalogue,
    tenant: str,
    columns: Mapping[str, str],
    *,
    after: Sequence[Canonical] | None,
) -> Given:
    """These columns of the rows that may stand on a page of a plan that lists one collection."""
    statement = Statement(plan, catalogue, tenant, SQLITE)
    names = ("t._row" if name == PLACE else f"t.{quoted(name)}" for name in columns)
    terms = statement.list_terms()
    sql = f"SELECT {', '.join(names)} {statement.source()}"
    if after is not None:
        sql += f" AND {statement.behind(terms, after)}"
    return Given(sql + statement.page(terms), tuple(statement.values.bound), columns)


def compile_pieces(plan: QueryPlan, catalogue: Catalogue, tenant: str) -> Given:
    """The rows folded, for the table `FOLDED` of `compile_merged`."""
    statement = Statement(plan, catalogue, tenant, SQLITE)
    parts = _Parts(statement)
    folded = {name: sql for piece in parts.pieces for name, sql in piece.rows.items()}
    outputs = {**parts.keys, **folded, **parts.count}
    kinds = [PHYSICAL[column.type.name] for column in statement.outputs[: len(parts.keys)]]
    kinds += [piece.kind for piece in parts.pieces for _ in piece.rows]
    kinds += ["int64" for _ in parts.count]
    sql = f"SELECT {_named(outputs)} {statement.source()}{parts.group_by}"
    columns = dict(zip(outputs, kinds, strict=True))
    matched = len(columns) - 1 if parts.count else None
    return Given(sql, tuple(statement.values.bound), columns, matched)


def compile_merged(
    plan: QueryPlan, catalogue: Catalogue, tenant: str, *, after: Sequence[Canonical] | None
) -> Compiled:
    """A plan that decomposes: the segments folded, then their groups with those of `FOLDED`."""
    statement = Statement(plan, catalogue, tenant, DUCKDB)
    parts = _Parts(statement)
    own = {**parts.keys, **{piece.name: piece.segments for piece in parts.pieces}, **parts.count}
    given = [*parts.keys, *(f"{p.joined} AS {p.name}" for p in parts.pieces), *parts.count]
    both = (
        f"SELECT {_named(own)} {statement.source()}{parts.group_by}"
        f" UNION ALL SELECT {', '.join(given)} FROM {FOLDED}"
    )
    outputs = [*parts.keys, *parts.measures]
    if parts.count:
        outputs.append("sum(sum(n)) OVER ()" if parts.keys else "sum(n)")
    sql = f"SELECT {_numbered(outputs)} FROM ({both}){parts.group_by}"
    matched = len(outputs) - 1 if parts.count else None
    return _cut(statement, sql, statement.fold_terms(), matched, after)


class _Parts:
    """What a plan that decomposes is folded by and into.

    `keys`, `count`: {column: expression}. `measures`: each as an aggregate over its pieces.
    """

    def __init__(self, statement: Statement) -> None:
        plan = statement.plan
        keys = [*map(statement.group, plan.group)] if plan.aggregates else statement.listed()
        self.keys = {f"k{n}": sql for n, sql in enumerate(keys)}
        self.count = {"n": "count(*)"} if plan.aggregates else {}
        self.pieces: list[Piece] = []
        self.measures: list[str] = []
        for place, measure in enumerate(plan.measures):
            expression, kind, condition = statement.measured(measure)
            pieces = pieces_of(place, measure.fn, expression, kind, condition)
            self.pieces += pieces
            self.measures.append(whole_of(measure.fn, kind, pieces))

    @property
    def group_by(self) -> str:
        places = ", ".join(str(n + 1) for n in range(len(self.keys)))
        return f" GROUP BY {places}" if places else ""


def _listed(statement: Statement, after: Sequence[Canonical] | None) -> Compiled:
    """Records, each once, straight from the tables so that their indexes give the order."""
    plan = statement.plan
    if plan.compute or plan.per or plan.show:
        return _cut(statement, *listed(statement), None, after)
    shown, terms = statement.listed(), statement.list_terms()
    outputs = ", ".join((*shown, *(term.sql for term in terms)))
    sql = f"SELECT {outputs} {statement.source()}"
    if after is not None:
        sql += f" AND {statement.behind(terms, after)}"
    keys = tuple(range(len(shown), len(shown) + len(terms)))
    return _done(statement, sql + statement.page(terms), keys, None)


def _folded(statement: Statement, after: Sequence[Canonical] | None) -> Compiled:
    """Groups or distinct rows."""
    plan = statement.plan
    if not plan.aggregates:
        distinct = f"SELECT DISTINCT {_numbered(statement.listed())} {statement.source()}"
        return _cut(statement, distinct, statement.fold_terms(), None, after)
    outputs = [*map(statement.group, plan.group), *map(statement.measure, plan.measures)]
    places = ", ".join(str(n + 1) for n in range(len(plan.group)))
    # Window functions run after GROUP BY: the sum over all groups is the number of records folded.
    matched = "sum(count(*)) OVER ()" if places else "count(*)"
    sql = f"SELECT {_numbered([*outputs, matched])} {statement.source()}"
    sql += f" GROUP BY {places}" if places else ""
    return _cut(statement, sql, statement.fold_terms(), len(outputs), after)


def _cut(
    statement: Statement,
    inner: str,
    terms: Sequence[Term],
    matched: int | None,
    after: Sequence[Canonical] | None,
) -> Compiled:
    """What is made inside is computed with, filtered, ordered, shown and cut outside."""
    inner, conditions = arranged(statement, inner, terms)
    if after is not None and terms:
        conditions.append(statement.behind(terms, after))
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    shown = [statement.output(column.name)[0] for column in statement.columns]
    extra = [] if matched is None else [f"o{matched}"]
    outputs = list(dict.fromkeys([*shown, *(term.sql for term in terms), *extra]))
    sql = f"SELECT {', '.join(outputs)} FROM ({inner}){where}{statement.page(terms)}"
    keys = tuple(outputs.index(term.sql) for term in terms)
    return _done(statement, sql, keys, outputs.index(extra[0]) if extra else None)


def _done(statement: Statement, sql: str, keys: tuple[int, ...], matched: int | None) -> Compiled:
    return Compiled(
        sql,
        tuple(statement.values.bound),
        statement.columns,
        keys,
        matched,
        statement.limit,
        {address: frozenset(names) for address, names in statement.reads.items()},
        tuple(statement.searches),
    )


def _named(outputs: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in outputs.items())


def _numbered(outputs: Sequence[str]) -> str:
    return ", ".join(f"{sql} AS o{n}" for n, sql in enumerate(outputs))
