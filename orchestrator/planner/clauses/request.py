"""What a question asks, in collections and fields, before any root or join is chosen. Values only.

A request nests: a condition may hold another request, whose answer it compares with.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from registry.plan import Bucket, Fn

Way = Literal["union", "intersect", "except"]
Op = Literal["+", "-", "*", "/", "previous", "total"]


@dataclass(frozen=True, slots=True)
class Term:
    """A field of a collection; the field `id` is the record itself. `via`: the reference that
    leads there, where several do."""

    address: str
    field: str = "id"
    bucket: Bucket | None = None
    via: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A term, or a fold over it. `distinct`: each value once (with `count`, the number of them).

    `measure`: the fold that the collection has a name for. `q`: of a percentile. `tests`: only the
    records that meet these are folded. `made`: it is computed of others; `called`: under this name.
    """

    term: Term
    fn: Fn | None = None
    distinct: bool = False
    measure: str = ""
    q: float | None = None
    tests: tuple[Condition, ...] = ()
    made: Made | None = None
    called: str = ""

    @property
    def terms(self) -> tuple[Term, ...]:
        """Of all that it is computed of."""
        if self.made is None:
            return (self.term,)
        return tuple(t for arg in self.made.args if isinstance(arg, Column) for t in arg.terms)


@dataclass(frozen=True, slots=True)
class Made:
    """Arithmetic over columns and numbers, or a column's value before, or its total (the columns
    behind it: within these)."""

    op: Op
    args: tuple[Column | int | float, ...]


def computed(op: Op, called: str, *args: Column | int | float) -> Column:
    """A column made of others, folded as the first of them is."""
    first = next(a for a in args if isinstance(a, Column))
    return Column(first.term, first.fn, made=Made(op, args), called=called)


@dataclass(frozen=True, slots=True)
class Test:
    """A term against a value, another term, or the one value of a request."""

    term: Term
    op: str
    value: str | int | float | bool | Term | Request


@dataclass(frozen=True, slots=True)
class Among:
    """A term is one of these values, or of those a request gives."""

    term: Term
    values: tuple[str | int | float | bool, ...] | Request


@dataclass(frozen=True, slots=True)
class Empty:
    """A term has no value."""

    term: Term


@dataclass(frozen=True, slots=True)
class Text:
    """A term that contains, starts or ends with a text."""

    term: Term
    mode: Literal["contains", "starts", "ends"]
    value: str


@dataclass(frozen=True, slots=True)
class Found:
    """Records of a collection whose searched text matches."""

    term: Term
    text: str


@dataclass(frozen=True, slots=True)
class Has:
    """A record of `of` has records of `address` that meet `tests`: some, or so many of them.

    `column`: what is compared instead of their number.
    """

    of: str
    address: str
    tests: tuple[Condition, ...] = ()
    op: str = ""
    number: int | float | Request = 0
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class No:
    """The condition does not hold."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the conditions holds."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = Test | Among | Empty | Text | Found | Has | No | AnyOf


@dataclass(slots=True)
class Request:
    """One set of rows. `subject`: the collection that the question is about.

    `keys` are grouped by but not shown; plain columns beside folds are both.
    """

    subject: str
    show: list[Column] = field(default_factory=list)
    where: list[Condition] = field(default_factory=list)
    keys: list[Term] = field(default_factory=list)
    having: list[tuple[Column, str, int | float | Request]] = field(default_factory=list)
    order: list[tuple[Column, bool]] = field(default_factory=list)
    limit: int | None = None
    distinct: bool = False
    #: in this order, so many rows of each combination of these columns
    per: tuple[tuple[Column, ...], int] | None = None
    combine: tuple[Way, Request] | None = None

    def __hash__(self) -> int:
        return hash(self.subject)  # it grows; what holds it is hashed when it is done
