"""`QueryPlan`: the only thing a question turns into. Typed, bounded, read-only by construction.

A field is `name` in the plan's own collection or `alias.name` in a joined one. Values are in wire
form (`registry.record`); times are absolute. A plan without measures and groups lists records; with
either it aggregates.

    {"from": "session.sessions",
     "joins": [{"as": "user", "to": "user.users", "on": ["user", "id"]}],
     "where": {"op": "and", "args": [
         {"op": "=", "field": "user.country", "value": "DE"},
         {"op": ">=", "field": "started_at", "value": "2026-11-16T00:00:00Z"}]},
     "group": [{"field": "started_at", "bucket": "day", "as": "day"}],
     "measures": [{"fn": "count", "as": "sessions"}],
     "order": [{"by": "sessions", "desc": true}], "limit": 10}
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from registry import limits
from registry.errors import BadPlan, TooLarge
from registry.fault import first_fault

PLAN_VERSION = 1
Bucket: TypeAlias = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]
Fn: TypeAlias = Literal["count", "sum", "avg", "min", "max", "distinct", "median", "percentile"]
Wire: TypeAlias = Any
Path: TypeAlias = Annotated[str, Field(min_length=1, max_length=160)]
Name: TypeAlias = Annotated[str, Field(min_length=1, max_length=120)]


class _Node(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=True, allow_inf_nan=False
    )


class Compare(_Node):
    """A field against one value. `null` compares by `IsNull` only."""

    op: Literal["=", "!=", "<", "<=", ">", ">="]
    field: Path
    value: str | int | float | bool


class In(_Node):
    """The field's value is one of these."""

    op: Literal["in"] = "in"
    field: Path
    values: tuple[str | int | float | bool, ...] = Field(strict=False)


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


class QueryPlan(_Node):
    """See the module."""

    version: int = Field(default=PLAN_VERSION, ge=PLAN_VERSION, le=PLAN_VERSION)
    source: Name = Field(alias="from")
    joins: tuple[Join, ...] = Field(default=(), strict=False)
    where: Predicate | None = None
    select: tuple[Path, ...] = Field(default=(), strict=False)
    distinct: bool = False
    group: tuple[Group, ...] = Field(default=(), strict=False)
    measures: tuple[Measured, ...] = Field(default=(), strict=False)
    having: Predicate | None = None
    order: tuple[Order, ...] = Field(default=(), strict=False)
    limit: int | None = Field(default=None, ge=1, le=limits.ROWS_MAX)

    @property
    def aggregates(self) -> bool:
        """Whether rows are folded: a measure or a group is present."""
        return bool(self.measures or self.group)

    @property
    def collections(self) -> tuple[str, ...]:
        """Addresses this plan reads, its own first, each once."""
        return tuple(dict.fromkeys((self.source, *(join.to for join in self.joins))))

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
        return {
            "version": self.version,
            **self.model_dump(mode="json", by_alias=True, exclude_defaults=True),
            **({"where": predicate_wire(self.where)} if self.where else {}),
            **({"having": predicate_wire(self.having)} if self.having else {}),
            **({"measures": [_measure_wire(m) for m in self.measures]} if self.measures else {}),
        }


for _model in (And, Or, Not, Measured, QueryPlan):
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
    return {"op": node.op, **node.model_dump(mode="json", exclude_none=True)}


def parse_plan(data: Any) -> QueryPlan:
    """A JSON plan as a `QueryPlan`; `BadPlan` names the first fault.

    Check it against a catalogue next.
    """
    _bounded(data, depth=2 * limits.PLAN_DEPTH_MAX + 6)
    try:
        plan = QueryPlan.model_validate(data, by_alias=True, by_name=False)
    except ValidationError as bad:
        raise BadPlan(f"plan: {first_fault(bad)}. See describe('plan').") from None
    return plan


def _bounded(data: Any, depth: int) -> None:
    """Refuse a plan too deep or too wide before any model sees it."""
    nodes = 0
    stack = [(data, depth)]
    while stack:
        item, left = stack.pop()
        if left < 0:
            raise TooLarge("The plan is nested too deeply; flatten its predicates.")
        nodes += 1
        if nodes > limits.PLAN_NODES_MAX * 4 + limits.PLAN_VALUES_MAX:
            raise TooLarge(
                f"The plan has too many parts; keep it under {limits.PLAN_NODES_MAX} nodes "
                f"and {limits.PLAN_VALUES_MAX:,} values."
            )
        if isinstance(item, dict):
            stack.extend((child, left - 1) for child in item.values())
        elif isinstance(item, (list, tuple)):
            stack.extend((child, left - 1) for child in item)


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


def conjuncts(node: Predicate | None) -> tuple[Predicate, ...]:
    """The parts that all must hold: the arguments of nested `and`s at the top."""
    if node is None:
        return ()
    if isinstance(node, And):
        return tuple(part for arg in node.args for part in conjuncts(arg))
    return (node,)


def conjoin(parts: tuple[Predicate, ...] | list[Predicate]) -> Predicate | None:
    """The inverse of `conjuncts`."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else And(args=tuple(parts))


def split_path(path: str) -> tuple[str | None, str]:
    """("alias", "field") of a path; alias `None` is the plan's own collection."""
    alias, dot, name = path.rpartition(".")
    return (alias if dot else None), name
