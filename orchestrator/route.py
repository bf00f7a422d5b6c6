"""Which domains a plan needs, and what each is asked. Pure: a plan in, fragments out.

A plan of one domain goes through whole. A plan across domains is cut into *fragments*, one per
connected part in one domain, joined as a tree. When the plan aggregates, a fragment groups by every
column that somebody above still needs and brings a weight `n` (how many rows stand behind one) and
partial aggregates; `gather` joins fragments, multiplies weights and folds the partials. So a join
across domains ships groups, not rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from registry.catalog import Catalogue
from registry.check import Column, check, chosen, outputs
from registry.plan import (
    And,
    Compare,
    Group,
    Join,
    Match,
    Measured,
    Not,
    Or,
    Order,
    Predicate,
    QueryPlan,
    conjoin,
    conjuncts,
    leaves,
    paths_of,
    row_ids,
    split_path,
)
from registry.record import Type

Mode = Literal["partial", "raw"]
WEIGHT = "n"


@dataclass(slots=True)
class Fragment:
    """One domain's part of a plan.

    Paths in `keys` are the whole plan's; `plan` speaks the fragment's own names.
    """

    domain: str
    alias: str | None
    source: str
    joins: list[Join] = field(default_factory=list)
    where: list[Predicate] = field(default_factory=list)
    #: (path, bucket) of the whole plan -> column name in the fragment's reply
    keys: dict[tuple[str, str | None], str] = field(default_factory=dict)
    measures: list[Measured] = field(default_factory=list)
    children: list[Edge] = field(default_factory=list)
    members: set[str | None] = field(default_factory=set)
    order: tuple[Order, ...] = ()
    limit: int | None = None
    #: of the reply's columns
    types: tuple[Type, ...] = ()

    def need(self, path: str, bucket: str | None = None) -> str:
        """The reply column that carries `path`; asked for if it was not yet."""
        return self.keys.setdefault((path, bucket), f"k{len(self.keys)}")

    def local(self, path: str) -> str:
        """A path of the whole plan as this fragment writes it."""
        alias, name = split_path(path)
        return name if alias == self.alias else path

    def holds(self, predicate: Predicate) -> bool:
        """Whether every field the predicate names is in this fragment."""
        paths = (path for leaf in leaves(predicate) for path in paths_of(leaf))
        return all(split_path(path)[0] in self.members for path in paths)


@dataclass(frozen=True, slots=True)
class Edge:
    """A join that crosses domains: `left` is a path of the parent, `right` a path of the child's
    root.

    `lookup`: at most one partner, wanted only for its columns, so an answer without it is still
    right.
    """

    left: str
    right: str
    kind: Literal["inner", "left", "anti"]
    child: Fragment

    @property
    def lookup(self) -> bool:
        plain = not self.child.where and not self.child.children
        return plain and self.kind != "anti" and self.right == f"{self.child.alias}.id"


@dataclass(frozen=True, slots=True)
class Fold:
    """How one measure is made from joined rows."""

    measure: Measured
    mode: Mode
    owner: Fragment
    #: partial columns in the owner's reply: {"sum": "m0_sum", …}; empty for raw
    parts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Route:
    """The cut plan.

    `root` alone, with `residual` empty and `folds` empty, is a plan that goes through whole.
    """

    plan: QueryPlan
    catalogue: Catalogue
    columns: tuple[Column, ...]
    #: what the plan makes, of which `columns` are shown
    made: tuple[Column, ...]
    root: Fragment
    whole: bool
    residual: tuple[Predicate, ...] = ()
    folds: tuple[Fold, ...] = ()

    @property
    def fragments(self) -> tuple[Fragment, ...]:
        return tuple(_walk(self.root))


def _walk(fragment: Fragment) -> list[Fragment]:
    return [fragment, *(f for edge in fragment.children for f in _walk(edge.child))]


def route(plan: QueryPlan, catalogue: Catalogue) -> Route:
    """Cut a plan; raises what `registry.check.check` raises."""
    made = outputs(plan, catalogue)
    columns = chosen(plan, made, catalogue)
    root = Fragment(_domain(plan.source), None, plan.source, members={None})
    if len(set(map(_domain, plan.own))) == 1:
        return Route(plan, catalogue, columns, made, root, whole=True)
    by_alias = _place(plan, root)
    residual = _push_filters(plan, root)
    folds = _fold_measures(plan, root, by_alias)
    for group in plan.group:
        by_alias[split_path(group.field)[0]].need(group.field, group.bucket)
    for predicate in residual:
        for path in (path for leaf in leaves(predicate) for path in paths_of(leaf)):
            by_alias[split_path(path)[0]].need(path)
    if not plan.aggregates:
        _list_columns(plan, made, by_alias)
        _push_limit(plan, root, residual)
    for fragment in _walk(root):
        asked = fragment_plan(fragment, aggregates=plan.aggregates, extra=[])
        fragment.types = tuple(column.type for column in check(asked, catalogue))
    return Route(plan, catalogue, columns, made, root, False, tuple(residual), tuple(folds))


def _domain(address: str) -> str:
    return address.partition(".")[0]


def _place(plan: QueryPlan, root: Fragment) -> dict[str | None, Fragment]:
    """Put every joined collection in its parent's fragment, or in a new one where the domain
    changes.
    """
    by_alias: dict[str | None, Fragment] = {None: root}
    optional: set[int] = set()
    for join in plan.joins:
        parent = by_alias[split_path(join.on[0])[0]]
        # Below a left join, what an inner or anti join drops are rows of the whole plan: that is
        # for `gather`, as the parent's own domain could only take the partner away.
        inside = join.kind == "left" or id(parent) not in optional
        if _domain(join.to) == parent.domain and inside:
            left, right = parent.local(join.on[0]), join.on[1]
            parent.joins.append(
                Join(alias=join.alias, to=join.to, on=(left, right), kind=join.kind)
            )
            parent.members.add(join.alias)
            by_alias[join.alias] = parent
            continue
        child = Fragment(_domain(join.to), join.alias, join.to, members={join.alias})
        right_path = f"{join.alias}.{join.on[1]}"
        parent.need(join.on[0])
        child.need(right_path)
        parent.children.append(Edge(join.on[0], right_path, join.kind, child))
        if join.kind == "left" or id(parent) in optional:
            optional.add(id(child))
        by_alias[join.alias] = child
    return by_alias


def _push_filters(plan: QueryPlan, root: Fragment) -> list[Predicate]:
    """Give each fragment the conjuncts that are all its own; what spans several is returned.

    A filter on a `left` joined part cannot go below the join: it would keep rows that it must drop.
    """
    optional = {f.alias for f in optional_fragments(root)}
    residual: list[Predicate] = []
    for predicate in conjuncts(plan.where):
        home = next((f for f in _walk(root) if f.holds(predicate)), None)
        if home is None or home.alias in optional:
            residual.append(predicate)
        else:
            home.where.append(localise(predicate, home))
    return residual


def optional_fragments(root: Fragment) -> list[Fragment]:
    """The fragments below a left edge: a row of the answer may stand without them."""
    lefts = [edge for f in _walk(root) for edge in f.children if edge.kind == "left"]
    return [f for edge in lefts for f in _walk(edge.child)]


def localise(node: Predicate, home: Fragment) -> Predicate:
    """The predicate in the fragment's own names."""
    if isinstance(node, (And, Or)):
        return node.model_copy(update={"args": tuple(localise(arg, home) for arg in node.args)})
    if isinstance(node, Not):
        return Not(arg=localise(node.arg, home))
    if isinstance(node, Match):
        return node.model_copy(update={"alias": None if node.alias == home.alias else node.alias})
    paths = {"field": home.local(node.field)}
    if isinstance(node, Compare) and node.other is not None:
        paths["other"] = home.local(node.other)
    return node.model_copy(update=paths)


def _fold_measures(
    plan: QueryPlan, root: Fragment, by_alias: dict[str | None, Fragment]
) -> list[Fold]:
    return [_fold(index, measure, root, by_alias) for index, measure in enumerate(plan.measures)]


def _fold(
    index: int, measure: Measured, root: Fragment, by_alias: dict[str | None, Fragment]
) -> Fold:
    owner = by_alias[split_path(measure.field)[0]] if measure.field else root
    condition = measure.where
    if condition is not None and measure.field is None:
        owner = next((f for f in _walk(root) if f.holds(condition)), root)
    decomposes = measure.fn in ("count", "sum", "avg", "min", "max")
    if measure.field is None and any(owner is f for f in optional_fragments(root)):
        decomposes = False  # a condition may hold for rows that stand without the owner
    if not decomposes or (condition is not None and not owner.holds(condition)):
        own = [measure.field] if measure.field else []
        for path in own + [path for leaf in leaves(condition) for path in paths_of(leaf)]:
            by_alias[split_path(path)[0]].need(path)
        return Fold(measure, "raw", owner, {})
    if measure.field is None and condition is None:
        return Fold(measure, "partial", owner, {"count": WEIGHT})
    parts = {
        fn: f"m{index}_{fn}" for fn in (("sum", "count") if measure.fn == "avg" else (measure.fn,))
    }
    for fn, name in parts.items():
        owner.measures.append(
            Measured(
                fn=fn,  # type: ignore[arg-type]
                field=owner.local(measure.field) if measure.field else None,
                where=localise(condition, owner) if condition is not None else None,
                alias=name,
            )
        )
    return Fold(measure, "partial", owner, parts)


def _list_columns(
    plan: QueryPlan, made: tuple[Column, ...], by_alias: dict[str | None, Fragment]
) -> None:
    computed = {compute.alias for compute in plan.compute}
    for path in [c.name for c in made] + [o.by for o in plan.order]:
        if path in computed:
            continue
        by_alias[split_path(path)[0]].need(path)
    for path in row_ids(plan):
        by_alias[split_path(path)[0]].need(path)


def _push_limit(plan: QueryPlan, root: Fragment, residual: list[Predicate]) -> None:
    """Let the root stop early when no later step can drop, add or reorder its rows.

    Inner children whose filters reach the root as keys are settled by `execute`, which clears the
    limit if they are too many to push.
    """
    lookups = all(
        edge.kind != "anti" and edge.right == f"{edge.child.alias}.id"
        for f in _walk(root)
        for edge in f.children
    )
    own_order = all(split_path(order.by)[0] in root.members for order in plan.order)
    later = residual or plan.distinct or plan.compute or plan.per
    if later or plan.limit is None or not (lookups and own_order):
        return
    root.order = tuple(Order(by=root.local(o.by), desc=o.desc) for o in plan.order)
    root.limit = plan.limit


def fragment_plan(fragment: Fragment, *, aggregates: bool, extra: list[Predicate]) -> QueryPlan:
    """What the fragment's domain is asked.

    `extra`: key filters learnt from the fragments that ran before.
    """
    where = conjoin([*fragment.where, *extra])
    if aggregates:
        return QueryPlan(
            source=fragment.source,
            joins=tuple(fragment.joins),
            where=where,
            group=tuple(
                Group(
                    field=fragment.local(path),
                    bucket=bucket,  # type: ignore[arg-type]
                    alias=name,
                )
                for (path, bucket), name in fragment.keys.items()
            ),
            measures=(Measured(fn="count", alias=WEIGHT), *fragment.measures),
        )
    return QueryPlan(
        source=fragment.source,
        joins=tuple(fragment.joins),
        where=where,
        select=tuple(fragment.local(path) for path, _ in fragment.keys),
        order=fragment.order,
        limit=fragment.limit,
    )
