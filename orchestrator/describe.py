"""What there is, in words and as data: domains, collections, fields, and the plan's grammar.

Pure.
"""

from __future__ import annotations

from typing import Any

from registry.catalog import Catalogue, Facts
from registry.domain import CollectionSpec, DomainSpec
from registry.errors import UnknownDomain, shown
from registry.limits import INNER_PLANS_MAX, JOINS_MAX, ROWS_MAX
from registry.moment import time_text
from registry.tool import Resource

_VALUES_SHOWN = 12

GRAMMAR = f"""\
A plan is JSON. `from` names a collection; everything else is optional.
  from: "domain.collection"
  joins: [{{"as": alias, "to": "domain.collection", "on": [path, field of `to`],
           "kind": "inner"|"left"|"anti"}}]     at most {JOINS_MAX}
  where: predicate
  select: [path, …] and distinct: bool         to list records
  group: [{{"field": path, "as": name?,
           "bucket": "minute"|"hour"|"day"|"week"|"month"|"quarter"|"year"?}}]
  measures: [{{"fn": "count"|"sum"|"avg"|"min"|"max"|"distinct"|"median"|"percentile",
              "field": path?, "q": 0..1?, "where": predicate?, "as": name?}}]
  compute: [{{"as": name, "op": "+"|"-"|"*"|"/", "args": [column or number, column or number]}} |
            {{"as": name, "op": "previous", "args": [column]}} |
            {{"as": name, "op": "total", "args": [column, key…]}}]
                                               columns made of others, one after the other;
                                               "/" gives a fraction, by zero nothing;
                                               "previous": the value one calendar bucket before,
                                               by the one `bucket` of `group`, within other keys;
                                               "total": its sum over all rows, or over those with
                                               equal keys (for shares of the whole)
  having: predicate over output columns, computed ones too
  show: [column, …]                            which, in this order; all unless given
  order: [{{"by": column, "desc": bool}}]      nulls last
  per: {{"by": [column, …], "n": number}}      the first n rows, in order, of each combination
  combine: {{"op": "union"|"intersect"|"except", "plan": plan}}
                                               with its rows, as sets; as many columns
  limit: 1..{ROWS_MAX}
A path is `field` or `alias.field`; every record also has id, version, extra.
A predicate is one of
  {{"op": "="|"!="|"<"|"<="|">"|">=", "field": path, "value": v}}
  {{"op": "in", "field": path, "values": [v, …]}}     {{"op": "null", "field": path}}
  for `value`: "other": path of another field, or "plan": a plan that gives one value
  for `values`: "plan": a plan that gives one column
  {{"op": "contains"|"starts"|"ends", "field": path, "value": text}}
  {{"op": "match", "text": "words \\"a phrase\\" prefix* OR other", "alias": alias?}}
                                               full-text search
  {{"op": "and"|"or", "args": [predicate, …]}}     {{"op": "not", "arg": predicate}}
Times are ISO-8601 UTC, dates YYYY-MM-DD, decimals strings. Buckets are UTC, weeks start on Monday.
A comparison with a missing value is neither true nor false, so `!=` does not find it; ask for
`null`. A plan within a plan is run first and sees nothing of the one around it; at most
{INNER_PLANS_MAX} of them."""


def describe(name: str | None, catalogue: Catalogue) -> tuple[dict[str, Any], str]:
    """(data, text) for everything, a domain, a collection or the grammar; or `UnknownDomain`."""
    if name is None or name == "":
        return _everything(catalogue)
    if name == "plan":
        return {"grammar": GRAMMAR}, GRAMMAR
    if "." in name:
        spec = catalogue.collection(name)
        data = _collection(name, spec, catalogue.facts_of(name))
        return data, f"{name}: {spec.description} {_fields_text(spec)}"
    domain = catalogue.domains.get(name)
    if domain is None:
        raise UnknownDomain(
            f"No domain {shown(name)}; there are {', '.join(catalogue.domains)}, and 'plan'."
        )
    return _domain(domain, catalogue)


def _everything(catalogue: Catalogue) -> tuple[dict[str, Any], str]:
    domains = [
        {
            "domain": spec.domain,
            "description": spec.description,
            "tier": spec.tier.value,
            "collections": {
                address: catalogue.facts_of(address).rows for address, _ in spec.addresses()
            },
        }
        for spec in catalogue.domains.values()
    ]
    lines = [
        f"{spec.domain}: {spec.description} ("
        + ", ".join(f"{a} {catalogue.facts_of(a).rows:,}" for a, _ in spec.addresses())
        + ")"
        for spec in catalogue.domains.values()
    ]
    return {"domains": domains}, "\n".join(lines)


def _domain(spec: DomainSpec, catalogue: Catalogue) -> tuple[dict[str, Any], str]:
    collections = {
        address: _collection(address, c, catalogue.facts_of(address))
        for address, c in spec.addresses()
    }
    text = "\n".join(
        f"{a} ({catalogue.facts_of(a).rows:,}): {c.description} {_fields_text(c)}"
        for a, c in spec.addresses()
    )
    head = {"domain": spec.domain, "title": spec.title, "description": spec.description}
    return {**head, "tier": spec.tier.value, "collections": collections}, text


def _collection(address: str, spec: CollectionSpec, facts: Facts) -> dict[str, Any]:
    out: dict[str, Any] = {
        "collection": address,
        "description": spec.description,
        "rows": facts.rows,
        "fields": {name: _field(name, spec, facts) for name in spec.fields},
    }
    if spec.time is not None:
        out["time"] = spec.time
    if facts.time_min_us is not None and facts.time_max_us is not None:
        out["from"], out["to"] = time_text(facts.time_min_us), time_text(facts.time_max_us)
    if spec.measures:
        out["measures"] = {n: m.description or m.fn or "a ratio" for n, m in spec.measures.items()}
    return out


def _field(name: str, spec: CollectionSpec, facts: Facts) -> dict[str, Any]:
    field = spec.fields[name]
    out: dict[str, Any] = {"type": field.type}
    for key in ("description", "unit", "to"):
        if value := getattr(field, key):
            out[key] = value
    known = facts.values.get(name)
    if field.enum is not None:
        out["values"] = list(field.enum)
    elif known is not None and known.values and field.pii == "none":
        out["examples"] = list(known.values[:_VALUES_SHOWN])
    return out


def _fields_text(spec: CollectionSpec) -> str:
    return (
        "Fields: " + ", ".join(f"{n} {f.type}{_arrow(f.to)}" for n, f in spec.fields.items()) + "."
    )


def _arrow(to: str | None) -> str:
    return f" → {to}" if to else ""


def resources(specs: dict[str, DomainSpec]) -> tuple[Resource, ...]:
    """The orchestrator's own resources and every domain's, by URI scheme."""
    own = (
        Resource("isotherm://plan", "plan", "The grammar of query plans.", "text/plain"),
        Resource("isotherm://", "domains", "All domains with their collections and sizes."),
    )
    passed = tuple(
        resource
        for spec in specs.values()
        for resource in (
            Resource(
                f"{spec.scheme}://schema",
                f"{spec.domain} schema",
                f"{spec.title or spec.domain}: collections and fields.",
            ),
            Resource(
                f"{spec.scheme}://stats",
                f"{spec.domain} stats",
                f"{spec.title or spec.domain}: rows, times and tiers.",
            ),
            Resource(
                f"{spec.scheme}://{{collection}}/{{id}}",
                f"{spec.domain} record",
                f"One record of {spec.domain} by collection and id.",
            ),
        )
    )
    return own + passed
