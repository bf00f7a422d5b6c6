"""Plan nodes under the names that their wire form has (`as` is a keyword of Python)."""

from __future__ import annotations

from typing import Literal

from registry.plan import (
    Bucket,
    Compare,
    Compute,
    Fn,
    Group,
    Join,
    Like,
    Measured,
    Predicate,
    QueryPlan,
)


def join(alias: str, to: str, on: tuple[str, str], kind: Literal["inner", "left", "anti"]) -> Join:
    return Join.model_validate({"as": alias, "to": to, "on": on, "kind": kind})


def key(field: str, name: str, bucket: Bucket | None = None) -> Group:
    return Group.model_validate({"field": field, "bucket": bucket, "as": name})


def measured(
    fn: Fn,
    field: str | None,
    name: str,
    *,
    q: float | None = None,
    where: Predicate | None = None,
) -> Measured:
    return Measured.model_validate({"fn": fn, "field": field, "q": q, "where": where, "as": name})


def computed(op: str, args: tuple[str | int | float, ...], name: str) -> Compute:
    return Compute.model_validate({"op": op, "args": args, "as": name})


def compare(op: str, field: str, value: str | int | float | bool) -> Compare:
    return Compare.model_validate({"op": op, "field": field, "value": value})


def like(op: str, field: str, value: str) -> Like:
    return Like.model_validate({"op": op, "field": field, "value": value[:500]})


def query(source: str, **rest: object) -> QueryPlan:
    return QueryPlan.model_validate({"from": source, **rest})
