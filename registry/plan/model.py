"""The parts of a plan, as they cross the wire. Data only: what they mean is `registry.check`'s and
the compilers'.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from registry import limits

PLAN_VERSION = 1
Bucket: TypeAlias = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
Fn: TypeAlias = Literal["count", "sum", "avg", "min", "max", "distinct", "median", "percentile"]
Scalar: TypeAlias = str | int | float | bool
Path: TypeAlias = Annotated[str, Field(min_length=1, max_length=160)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]


class _Node(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, allow_inf_nan=False
    )


class Compare(_Node):
    """A field against one value, another field, or the one value that a plan gives. `null` compares
    by `IsNull` only; with a plan that gives nothing, nothing compares.
    """

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    field: Path
    value: Scalar | None = None
    other: Path | None = None
    plan: QueryPlan | None = None

    @model_validator(mode="after")
    def _one(self) -> Compare:
        if (self.value, self.other, self.plan).count(None) != 2:
            raise ValueError(
                "give one of `value`, `other` (a field) and `plan`; `null` finds what has no value"
            )
        return self


class In(_Node):
    """The field's value is one of these, or one of those in the only column of a plan."""

    op: Literal["in"] = "in"
    field: Path
    values: tuple[Scalar, ...] = Field(default=(), strict=False)
    plan: QueryPlan | None = None

    @model_validator(mode="after")
    def _one(self) -> In:
        if ("values" in self.model_fields_set) == (self.plan is not None):
            raise ValueError("give either `values` or `plan`")
        return self


class IsNull(_Node):
    """The field has no value."""

    op: Literal["null"] = "null"
    field: Path


class Like(_Node):
    """Text that contains, starts or ends with the value; case-insensitive; no wildcards."""

    op: Literal["contains", "starts", "ends"]
    field: Path
    value: str = Field(min_length=1, max_length=500)


class Match(_Node):
    """Full-text search: words are AND, `OR` between words, "phrase" in quotes, prefix*.

    `alias` names a joined collection; none, the plan's own.
    """

    op: Literal["match"] = "match"
    text: str = Field(min_length=1, max_length=500)
    alias: str | None = None


class And(_Node):
    op: Literal["and"] = "and"
    args: tuple[Predicate, ...] = Field(min_length=1, strict=False)


class Or(_Node):
    op: Literal["or"] = "or"
    args: tuple[Predicate, ...] = Field(min_length=1, strict=False)


class Not(_Node):
    op: Literal["not"] = "not"
    arg: Predicate


Predicate: TypeAlias = Annotated[
    Compare | In | IsNull | Like | Match | And | Or | Not, Field(discriminator="op")
]


class Join(_Node):
    """Bring in `to` under the name `alias`, where `on[0]` (a path known so far) = `on[1]` (a field
    of `to`).

    `anti` keeps the rows that have no partner and brings no columns.
    """

    alias: Name = Field(alias="as")
    to: Name
    on: tuple[Path, Name] = Field(strict=False)
    kind: Literal["inner", "left", "anti"] = "inner"


class Group(_Node):
    """A key to group by, in calendar buckets (UTC, weeks start on Monday) where it is a time or
    date.
    """

    field: Path
    bucket: Bucket | None = None
    alias: Name | None = Field(default=None, alias="as")

    @property
    def name(self) -> str:
        return self.alias or (f"{self.field}_{self.bucket}" if self.bucket else self.field)


class Measured(_Node):
    """An aggregate. `field` may be left out for `count`. `q` (0 to 1) goes with `percentile`.

    `where` limits the rows that this measure counts.
    """

    fn: Fn
    field: Path | None = None
    q: float | None = Field(default=None, ge=0, le=1)
    where: Predicate | None = None
    alias: Name | None = Field(default=None, alias="as")

    @property
    def name(self) -> str:
        return self.alias or (f"{self.fn}_{self.field}" if self.field else self.fn)


class Order(_Node):
    """By an output column's name or, when listing records, any field. Nulls stand last."""

    by: Name
    desc: bool = False


class Compute(_Node):
    """A column made of others: arithmetic over columns and numbers; `previous`, a column's value in
    the calendar bucket before; `total`, the sum of a column over all rows, or over those that agree
    in the columns named behind it. Without a value in one of them, or divided by zero, it has none.
    """

    op: Literal["+", "-", "*", "/", "previous", "total"]
    args: tuple[Name | int | float, ...] = Field(strict=False)
    alias: Name = Field(alias="as")

    @model_validator(mode="after")
    def _right_many(self) -> Compute:
        many = {"previous": (1, 1), "total": (1, 8)}
        least, most = many.get(self.op, (2, 2))
        if not least <= len(self.args) <= most:
            raise ValueError(
                "arithmetic takes two columns or numbers, `previous` one column, `total` a column "
                "and those within which it is summed"
            )
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it is made of."""
        return tuple(arg for arg in self.args if isinstance(arg, str))


class Per(_Node):
    """In the plan's order, the first `n` rows of each combination of these columns."""

    by: tuple[Name, ...] = Field(min_length=1, strict=False)
    n: int = Field(ge=1, le=limits.ROWS_MAX)


class Combine(_Node):
    """This plan's rows and another's, as sets."""

    op: Literal["union", "intersect", "except"]
    plan: QueryPlan


class QueryPlan(_Node):
    """See the package."""

    version: int = Field(default=PLAN_VERSION, ge=PLAN_VERSION, le=PLAN_VERSION)
    source: Name = Field(alias="from")
    joins: tuple[Join, ...] = Field(default=(), strict=False)
    where: Predicate | None = None
    select: tuple[Path, ...] = Field(default=(), strict=False)
    distinct: bool = False
    group: tuple[Group, ...] = Field(default=(), strict=False)
    measures: tuple[Measured, ...] = Field(default=(), strict=False)
    compute: tuple[Compute, ...] = Field(default=(), strict=False)
    having: Predicate | None = None
    show: tuple[Name, ...] = Field(default=(), strict=False)
    order: tuple[Order, ...] = Field(default=(), strict=False)
    per: Per | None = None
    limit: int | None = Field(default=None, ge=1, le=limits.ROWS_MAX)
    combine: Combine | None = None

    @property
    def aggregates(self) -> bool:
        """Whether rows are folded: a measure or a group is present."""
        return bool(self.measures or self.group)

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """All its conditions: `where`, those of the measures, `having`."""
        trees = (self.where, *(measure.where for measure in self.measures), self.having)
        return tuple(tree for tree in trees if tree is not None)

    @property
    def inner(self) -> tuple[QueryPlan, ...]:
        """The plans whose values its conditions compare with, left to right."""
        return tuple(
            leaf.plan
            for tree in self.predicates
            for leaf in leaves(tree)
            if isinstance(leaf, (Compare, In)) and leaf.plan is not None
        )

    @property
    def below(self) -> tuple[QueryPlan, ...]:
        """The inner plans, then the one it is combined with."""
        return (*self.inner, *((self.combine.plan,) if self.combine else ()))

    @property
    def own(self) -> tuple[str, ...]:
        """Addresses that it reads itself, its source first, each once."""
        return tuple(dict.fromkeys((self.source, *(join.to for join in self.joins))))

    @property
    def collections(self) -> tuple[str, ...]:
        """Addresses that it or a plan within it reads, its own first, each once."""
        within = (address for plan in self.below for address in plan.collections)
        return tuple(dict.fromkeys((*self.own, *within)))

    @property
    def domains(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(address.partition(".")[0] for address in self.collections))

    def address_of(self, alias: str | None) -> str | None:
        """The collection behind an alias (`None`: the plan's own)."""
        if alias is None:
            return self.source
        return next((join.to for join in self.joins if join.alias == alias), None)

    def to_wire(self) -> dict[str, Any]:
        """The JSON form, defaults left out, `version` and `from` kept."""
        own = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude=_TREES)
        out = {"version": self.version, **own}
        if self.where is not None:
            out["where"] = predicate_wire(self.where)
        if self.measures:
            out["measures"] = [_measure_wire(measure) for measure in self.measures]
        if self.having is not None:
            out["having"] = predicate_wire(self.having)
        if self.combine is not None:
            out["combine"] = {"op": self.combine.op, "plan": self.combine.plan.to_wire()}
        return out


_TREES = {"where", "measures", "having", "combine"}
for _model in (Compare, In, And, Or, Not, Measured, Combine, QueryPlan):
    _model.model_rebuild()


def _measure_wire(measure: Measured) -> dict[str, Any]:
    out = measure.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {**out, "where": predicate_wire(measure.where)} if measure.where else out


def predicate_wire(node: Predicate) -> dict[str, Any]:
    """A predicate's JSON form, `op` always kept."""
    if isinstance(node, (And, Or)):
        return {"op": node.op, "args": [predicate_wire(arg) for arg in node.args]}
    if isinstance(node, Not):
        return {"op": "not", "arg": predicate_wire(node.arg)}
    if isinstance(node, (Compare, In)) and node.plan is not None:
        return {"op": node.op, "field": node.field, "plan": node.plan.to_wire()}
    return {"op": node.op, **node.model_dump(mode="json", exclude_none=True)}


def leaves(node: Predicate | None) -> Iterator[Compare | In | IsNull | Like | Match]:
    """The leaves of a predicate tree, left to right."""
    if node is None:
        return
    if isinstance(node, (And, Or)):
        for arg in node.args:
            yield from leaves(arg)
    elif isinstance(node, Not):
        yield from leaves(node.arg)
    else:
        yield node
