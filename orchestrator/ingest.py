"""The trip that puts data in: guard, stage, peek, shape, match or propose, load, receipt.

It decides and routes; bytes are read by `system` (a peek) and by the domain that stores them (a
load): a handle crosses, not rows. A source goes into a known collection when that is sure enough,
or when the caller says so; else a domain is made for it, after a look at every row, so that no row
is lost to a type guessed from a sample.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orchestrator.links import Call
from registry import limits
from registry.access import Principal, decide
from registry.catalog import Catalogue
from registry.domain import CollectionSpec, check_domain_name
from registry.errors import BadInput, listed, shown
from registry.shape.identity import Repeats, keyed_row
from registry.shape.mapping import Mapping
from registry.shape.match import AUTO, Match, match, wire_constants
from registry.shape.naming import collection_name
from registry.shape.propose import Proposal, propose, propose_named
from registry.shape.shape import Shape, shape_of

#: a whole file is read within this
FILE_MS_MAX: Final = 4 * 3_600_000
_HEADERS_SHOWN: Final = 8
_COUNTS: Final = ("accepted", "updated", "duplicate", "rejected")
Refresh = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class IngestRequest:
    """One of `records`, `text` and `path`, and what to do with it. `set`: field values for every
    record.
    """

    records: list[Any] | None = None
    text: str | None = None
    path: str | None = None
    uri: str | None = None
    into: str | None = None
    format: str | None = None
    on_conflict: str = "update"
    set: dict[str, Any] | None = None
    name: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Where one table of the source goes."""

    table: str
    address: str
    mapping: Mapping
    confidence: float


@dataclass(frozen=True, slots=True)
class _Trip:
    links: Call
    catalogue: Catalogue
    principal: Principal
    request: IngestRequest
    refresh: Refresh | None

    async def call(self, domain: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """A call that may take as long as the file is."""
        return await self.links(
            domain, tool, arguments, principal=self.principal, deadline_ms=FILE_MS_MAX
        )


async def ingest(
    links: Any,
    catalogue: Catalogue,
    principal: Principal,
    request: IngestRequest,
    *,
    refresh: Refresh | None = None,
) -> dict[str, Any]:
    """The receipt: a flat one for one table, `{receipts: [...]}` for several; with `domains_added`
    and `text`.

    `refresh` is awaited after a domain was added and must start it. With `dry_run` nothing is
    stored; the reply is what would happen: `{dry_run, tables: [{table, collection, confidence,
    mapping, …}], domain?}`.
    """
    trip = _Trip(links.call, catalogue, principal, request, refresh)
    _guard(trip)
    straight = _straight(trip)
    if straight is not None:
        return await _put(trip, *straight)
    staged = await trip.call("system", "stage", _source(request))
    shapes, peeked = await _look(trip, staged, full=False)
    routes = _known(trip, shapes)
    if routes is not None:
        if request.dry_run:
            return _plan(shapes, routes, peeked, None)
        return _reply(await _load_all(trip, staged, routes, shapes), [])
    return await _into_new(trip, staged)


def _is_known(catalogue: Catalogue, into: str | None) -> bool:
    return into is not None and into.partition(".")[0] in catalogue.domains


# -- guard ---------------------------------------------------------------------------------------


def _guard(trip: _Trip) -> None:
    request = trip.request
    if request.uri is not None:
        raise BadInput("`uri` is not read yet; download the file and give its `path`, or its text.")
    given = [v for v in (request.records, request.text, request.path) if v is not None]
    if len(given) != 1:
        raise BadInput("Give one of `records`, `text` and `path`.")
    if request.records is not None and not request.records:
        raise BadInput("`records` is empty.")
    if request.into is not None:
        domain = request.into.partition(".")[0]
        try:
            check_domain_name(domain)
        except ValueError as bad:
            raise BadInput(f"into: {bad}.") from None
        known = domain in trip.catalogue.domains
        decide(trip.principal, "write" if known else "admin", domain)
        if known and "." in request.into:
            trip.catalogue.collection(request.into)


def _source(request: IngestRequest) -> dict[str, Any]:
    """The arguments of `system.stage`."""
    out: dict[str, Any] = {"name": request.name, "format": request.format}
    for key in ("path", "text", "records"):
        if (value := getattr(request, key)) is not None:
            out[key] = value
    return {key: value for key, value in out.items() if value is not None}


# -- straight to a collection --------------------------------------------------------------------


def _straight(trip: _Trip) -> tuple[str, CollectionSpec] | None:
    """A known collection whose fields the records already name: no staging is needed."""
    request = trip.request
    if request.records is None or request.dry_run or request.into is None:
        return None
    spec = trip.catalogue.collections.get(request.into)
    if spec is None or len(request.records) > limits.PUT_RECORDS_MAX:
        return None
    names = {*spec.fields, "id", "extra"}
    fits = all(isinstance(record, dict) and record.keys() <= names for record in request.records)
    return (request.into, spec) if fits else None


async def _put(trip: _Trip, address: str, spec: CollectionSpec) -> dict[str, Any]:
    request = trip.request
    constants = wire_constants(spec, _constants(trip, request.name or "inline"))
    records = [{**record, **constants} for record in request.records or ()]
    if not spec.key:
        ids = Repeats().ids(keyed_row(record) for record in records if "id" not in record)
        records = [record if "id" in record else {"id": next(ids), **record} for record in records]
    domain, _, collection = address.partition(".")
    arguments = {
        "collection": collection,
        "records": records,
        "on_conflict": request.on_conflict,
        "partial": True,
        "merge": True,
    }
    receipt = await trip.call(domain, "put", arguments)
    receipt.pop("written", None)
    return _reply([receipt], [])


# -- looking and choosing ------------------------------------------------------------------------


async def _look(
    trip: _Trip, staged: dict[str, Any], *, full: bool
) -> tuple[list[Shape], dict[str, Any]]:
    arguments: dict[str, Any] = {"handle": staged["handle"], "full": full, "rows": 5}
    if trip.request.format is not None:
        arguments["format"] = trip.request.format
    peeked = await trip.call("system", "peek", arguments)
    shapes = [shape_of(table) for table in peeked["tables"]]
    return shapes, peeked


def _constants(trip: _Trip, name: str) -> dict[str, Any]:
    """`set` with {stem} filled in."""
    stem = _stem(name)
    return {
        field: value.replace("{stem}", stem) if isinstance(value, str) else value
        for field, value in (trip.request.set or {}).items()
    }


def _stem(name: str) -> str:
    for packed in (".gz", ".zst", ".zip"):
        name = name.removesuffix(packed)
    head, dot, _ = name.rpartition(".")
    return head if dot and head else name


def _known(trip: _Trip, shapes: Sequence[Shape]) -> list[Route] | None:
    """A route for every table into known collections; `None`: a domain has to be made."""
    into = trip.request.into
    if into is not None and not _is_known(trip.catalogue, into):
        return None
    if into is not None:
        return [_told(trip, shape, into) for shape in shapes if shape.rows != 0]
    found = [match(shape, trip.catalogue, constants=_given(trip, shape)) for shape in shapes]
    return _sure(trip, shapes, found)


def _given(trip: _Trip, shape: Shape) -> dict[str, Any]:
    return _constants(trip, trip.request.name or shape.table)


def _told(trip: _Trip, shape: Shape, into: str) -> Route:
    """The best collection of the domain or address that the caller named."""
    constants = _given(trip, shape)
    candidates = match(shape, trip.catalogue, constants=constants, within=into)
    if not candidates:
        names = ", ".join(shown(name) for name in constants)
        raise BadInput(f"No collection of {into} has all the fields that `set` names: {names}.")
    best = candidates[0]
    spec = trip.catalogue.collection(best.address)
    if not best.mapping.columns:
        headers = ", ".join(shown(c.header) for c in shape.columns[:_HEADERS_SHOWN])
        left = len(shape.columns) - _HEADERS_SHOWN
        more = f" and {left} more" if left > 0 else ""
        raise BadInput(
            f"No column of {shown(shape.table)} fits {best.address}, whose fields are "
            f"{', '.join(list(spec.fields)[:40])}; its columns are {headers}{more}."
        )
    best.mapping.check(spec, best.address)
    return _route(shape, best)


def _sure(
    trip: _Trip, shapes: Sequence[Shape], found: Sequence[Sequence[Match]]
) -> list[Route] | None:
    """All tables into one domain that the caller may write, each surely; or none."""
    domains = {m.address.partition(".")[0] for matches in found for m in matches[:5]}
    best: tuple[float, list[Route]] | None = None
    for domain in sorted(domains):
        routes = []
        for shape, matches in zip(shapes, found, strict=True):
            own = [m for m in matches if m.address.startswith(f"{domain}.")]
            if own and own[0].confidence >= AUTO:
                routes.append(_route(shape, own[0]))
        worst = min((route.confidence for route in routes), default=0.0)
        distinct = len({route.address for route in routes}) == len(shapes)
        if distinct and (best is None or worst > best[0]):
            best = (worst, routes)
    if best is None:
        return None
    decide(trip.principal, "write", best[1][0].address.partition(".")[0])
    return best[1]


def _route(shape: Shape, found: Match) -> Route:
    return Route(shape.table, found.address, found.mapping, found.confidence)


# -- loading -------------------------------------------------------------------------------------


async def _load_all(
    trip: _Trip, staged: dict[str, Any], routes: Sequence[Route], shapes: Sequence[Shape]
) -> list[dict[str, Any]]:
    """A receipt per table, with what was noted when its shape was found."""
    noted = {shape.table: shape.notes for shape in shapes}
    receipts = []
    for route in routes:
        receipt = await _load(trip, staged, route)
        own = receipt.get("notes", [])
        notes = [*own, *(note for note in noted[route.table] if note not in own)]
        if route.mapping.extra:
            beside = listed([shown(header) for header in route.mapping.extra])
            notes.append(f"no field of {route.address} fits {beside}: kept beside, in `extra`")
        receipts.append({**receipt, "notes": notes} if notes else receipt)
    return receipts


async def _load(trip: _Trip, staged: dict[str, Any], route: Route) -> dict[str, Any]:
    domain, _, collection = route.address.partition(".")
    arguments = {
        "handle": staged["handle"],
        "table": route.table,
        "collection": collection,
        "mapping": route.mapping.to_wire(),
        "on_conflict": trip.request.on_conflict,
    }
    return await trip.call(domain, "load", arguments)


async def _into_new(trip: _Trip, staged: dict[str, Any]) -> dict[str, Any]:
    """Look at every row, propose a domain, add it, load into it."""
    shapes, peeked = await _look(trip, staged, full=True)
    shapes = [shape for shape in shapes if shape.rows or shape.declared]
    if not shapes:
        raise BadInput(f"{shown(peeked['name'])} holds no rows, so there is nothing to store.")
    proposal = _propose(trip, shapes, peeked)
    domain = proposal.spec.domain
    routes = [
        Route(table, f"{domain}.{collection}", mapping, 1.0)
        for table, (collection, mapping) in proposal.tables.items()
    ]
    if trip.request.dry_run:
        return _plan(shapes, routes, peeked, proposal)
    decide(trip.principal, "admin", domain)
    spec = proposal.spec.model_dump(mode="json", exclude_defaults=True)
    await trip.call("system", "domain_add", {"spec": spec})
    if trip.refresh is not None:
        await trip.refresh()
    receipts = await _load_all(trip, staged, routes, shapes)
    return _reply(receipts, [domain])


def _propose(trip: _Trip, shapes: Sequence[Shape], peeked: dict[str, Any]) -> Proposal:
    request = trip.request
    if request.set:
        raise BadInput(
            "`set` needs a known collection; say which with `into`. "
            "This source would make a new domain."
        )
    name = request.name or peeked["name"]
    if request.into is None:
        return propose(shapes, _stem(name), trip.catalogue)
    domain, _, collection = request.into.partition(".")
    fixed = collection_name(collection) if collection else None
    return propose_named(shapes, domain, trip.catalogue, fixed)


# -- replies -------------------------------------------------------------------------------------


def _reply(receipts: list[dict[str, Any]], added: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = dict(receipts[0]) if len(receipts) == 1 else {"receipts": receipts}
    if len(receipts) != 1:
        out |= {count: sum(receipt[count] for receipt in receipts) for count in _COUNTS}
    if added:
        out["domains_added"] = added
    total = sum(receipt[count] for receipt in receipts for count in _COUNTS)
    out["failed"] = bool(total) and all(
        receipt["rejected"]
        and not (receipt["accepted"] + receipt["updated"] + receipt["duplicate"])
        for receipt in receipts
    )
    return {**out, "text": _text(receipts, added)}


def _text(receipts: list[dict[str, Any]], added: list[str]) -> str:
    lines = [f"New domain {name}." for name in added]
    for receipt in receipts[:20]:
        counts = ", ".join(f"{receipt[c]:,} {c}" for c in _COUNTS if receipt[c]) or "no rows"
        lines.append(f"{receipt['collection']}: {counts}.")
        lines += [f"line {r['line']}: {r['reason']}" for r in receipt["reasons"][:5]]
        lines += [f"note: {note}" for note in receipt.get("notes", [])[:5]]
    return "\n".join(lines) or "The source holds no rows; nothing was stored."


def _plan(
    shapes: Sequence[Shape],
    routes: Sequence[Route],
    peeked: dict[str, Any],
    proposal: Proposal | None,
) -> dict[str, Any]:
    """What would happen."""
    by_table = {shape.table: shape for shape in shapes}
    samples = {table["name"]: table["sample"] for table in peeked["tables"]}
    tables = [
        {
            "table": route.table,
            "collection": route.address,
            "confidence": route.confidence,
            "mapping": route.mapping.to_wire(),
            "columns": [
                {"header": c.header, "type": c.kind.name} for c in by_table[route.table].columns
            ],
            "rows": by_table[route.table].rows,
            "notes": list(by_table[route.table].notes),
            "sample": samples[route.table],
        }
        for route in routes
    ]
    out: dict[str, Any] = {"dry_run": True, "format": peeked["format"], "tables": tables}
    if proposal is not None:
        out["domain"] = proposal.spec.model_dump(mode="json", exclude_defaults=True)
    where = ", ".join(dict.fromkeys(route.address for route in routes)) or "nowhere"
    kind = "the new domain" if proposal is not None else "the known"
    return {**out, "text": f"Nothing was stored. The rows would go into {kind} {where}."}
