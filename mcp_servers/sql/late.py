"""Which records stand on a page, told from their order keys alone, so that the wide columns are
read of those records only. Pure.

Two statements come before the one that gives the page: the first order key of the page's last
record (`border`: the engine soon leaves out the row groups that cannot matter), then the places of
the records up to there (`places`). DuckDB's own late materialization (2.0.0) fails over reads that
ask for a row's number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from mcp_servers.segments import PLACE
from mcp_servers.sql.dialect import DUCKDB
from mcp_servers.sql.statement import Statement
from registry.catalog import Catalogue
from registry.plan import Like, Match, QueryPlan, leaves
from registry.record import Canonical

Asked: TypeAlias = tuple[str, Sequence[Canonical]]

MANY: Final = 100_000  # records: fewer are read at once, whole
_LISTED: Final = 1_000  # more are spread over all row groups


@dataclass(frozen=True, slots=True)
class Late:
    """A plan that lists records of one collection, behind the order keys of a page before."""

    plan: QueryPlan
    catalogue: Catalogue
    tenant: str
    after: Sequence[Canonical] | None

    @classmethod
    def of(
        cls,
        plan: QueryPlan,
        catalogue: Catalogue,
        tenant: str,
        *,
        after: Sequence[Canonical] | None,
    ) -> Late | None:
        """Nothing where it would not pay: what decides is read again, so it must be narrow,
        something else must be shown, and of few records."""
        late, where = cls(plan, catalogue, tenant, after), plan.where
        statement = late._statement()
        if statement.limit > _LISTED:
            return None
        if where is not None and any(isinstance(leaf, (Like, Match)) for leaf in leaves(where)):
            return None
        statement.list_terms()
        statement.source()
        decides = set(statement.reads[plan.source])
        statement.listed()
        return late if statement.reads[plan.source] > decides else None

    def border(self) -> Asked | None:
        """The first order key of as many records as make a page, in order. Nothing where conditions
        would be looked at once more for it."""
        if self.plan.where is not None:
            return None
        statement = self._statement()
        terms = statement.list_terms()
        sql = f"SELECT {terms[0].sql} {self._source(statement)}{statement.page(terms[:1])}"
        return sql, statement.values.bound

    def places(self, first: Sequence[tuple[Any, ...]]) -> Asked:
        """The places of the records on the page, by what `border` gave."""
        statement = self._statement()
        terms = statement.list_terms()
        source, last = self._source(statement), first[-1][0] if first else None
        if len(first) > statement.limit and last is not None:  # nulls stand behind all others
            mark = statement.values.bind(last)
            source += f" AND {terms[0].sql} {'>=' if terms[0].desc else '<='} {mark}"
        return f"SELECT t.{PLACE} {source}{statement.page(terms)}", statement.values.bound

    def _statement(self) -> Statement:
        return Statement(self.plan, self.catalogue, self.tenant, DUCKDB)

    def _source(self, statement: Statement) -> str:
        source = statement.source()
        if self.after is not None:
            source += f" AND {statement.behind(statement.list_terms(), self.after)}"
        return source
