"""What every domain server can do: put, get, query, search, delete, load, stats, describe.

Each verb asks first whether the caller may, then does one thing with the store. The domain's own
tools (`domains/`) stand on the same object. Nothing here knows the protocol.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, Final

from mcp_servers import search
from mcp_servers.arguments import (
    DeleteParams,
    DescribeParams,
    GetParams,
    LoadParams,
    PutParams,
    QueryParams,
    SearchParams,
    StatsParams,
)
from mcp_servers.loading.load import load
from mcp_servers.ports import Page, Row, Written
from mcp_servers.records import Codec, MakeId
from mcp_servers.staged import staged
from mcp_servers.tiered import Tiered
from registry.access import Action, decide
from registry.answer import Receipt
from registry.catalog import Catalogue, Facts
from registry.check import check
from registry.clock import Clock
from registry.domain import DomainSpec
from registry.errors import BadPlan, TooLarge, shown
from registry.limits import RECORD_BYTES_MAX, REPLY_BYTES_MAX
from registry.moment import time_text
from registry.plan import QueryPlan, parse_plan
from registry.record import row_hash
from registry.shape.mapping import Mapping
from registry.tool import Call, Reply

_ROWS_SURELY_FIT: Final = REPLY_BYTES_MAX // RECORD_BYTES_MAX


class Verbs:
    """The verbs over one domain's spec and store. `spec` follows the store's."""

    def __init__(self, store: Tiered, *, folder: Path, clock: Clock, rng: Random) -> None:
        self.store = store
        self.folder = folder
        self.clock = clock
        self.rng = rng
        self.renew()

    def renew(self) -> None:
        """Take up the store's spec, which another process may have changed."""
        spec = self.store.spec
        if spec is not getattr(self, "spec", None):
            self.spec: DomainSpec = spec
            self.catalogue = Catalogue([spec])
            self.codecs = {name: Codec(c) for name, c in spec.collections.items()}
            self._dump = spec.model_dump(mode="json")

    def may(self, call: Call, action: Action) -> str:
        """The caller's tenant; `Denied` when they may not do this here."""
        decide(call.principal, action, self.spec.domain)
        return call.principal.tenant

    def collection(self, name: str) -> tuple[str, Codec]:
        """(short name, codec) by short name or address; `UnknownDomain` naming what there is."""
        codec = self.codecs.get(name)
        if codec is None:
            self.spec.collection(name)  # raises unless it is an address
            name = name.removeprefix(f"{self.spec.domain}.")
            codec = self.codecs[name]
        return name, codec

    def has(self, collection: str, *fields: str) -> bool:
        """Whether the spec at hand has the collection with these fields."""
        spec = self.spec.collections.get(collection)
        return spec is not None and all(name in spec.fields for name in fields)

    # -- writing

    async def put(self, call: Call, params: PutParams) -> Reply:
        tenant = self.may(call, "write")
        began = self.clock.monotonic()
        self.renew()
        name, codec = self.collection(params.collection)
        make_id = self._ids(tenant, params.idempotency_key)
        good, bad = codec.drafts(params.records, make_id, partial=params.partial)
        if params.merge:
            good = [replace(draft, merge=True) for draft in good]
        written = await self.store.write(
            tenant,
            name,
            good,
            on_conflict=params.on_conflict,
            expected_version=params.expected_version,
            idempotency_key=params.idempotency_key,
        )
        receipt = Receipt(f"{self.spec.domain}.{name}", tier=self._tier_written())
        for line, reason in bad:
            receipt.reject(line, reason)
        for draft, done in zip(good, written, strict=True):
            _count(receipt, done, draft.line)
        receipt.ms = (self.clock.monotonic() - began) * 1_000
        rows = [{"id": w.id, "version": w.version, "outcome": w.outcome} for w in written]
        return Reply({**receipt.to_wire(), "written": rows}, _receipt_text(receipt, rows))

    def _tier_written(self) -> str:
        return "hot" if self.spec.tier.value == "hot" else "warm"

    def _ids(self, tenant: str, key: str | None) -> MakeId:
        if key is not None:
            return lambda place: row_hash([tenant, key, place])
        ms = self.clock.now_us() // 1_000
        # Time, place in the call, chance: ids made later sort later, as in RFC 9562 version 7.
        return lambda place: f"{ms:012x}{place:04x}{self.rng.getrandbits(64):016x}"

    async def load(self, call: Call, params: LoadParams) -> Reply:
        """Rows of a staged source, read by this server itself: a reference crosses, not rows."""
        tenant = self.may(call, "write")
        self.renew()
        name, _ = self.collection(params.collection)
        receipt = await load(
            self.store,
            self.spec,
            folder=self.folder,
            tenant=tenant,
            handle=params.handle,
            table=params.table,
            collection=name,
            mapping=Mapping.from_wire(params.mapping),
            on_conflict=params.on_conflict,
            clock=self.clock,
        )
        return Reply(receipt.to_wire(), _receipt_text(receipt, []))

    async def delete(self, call: Call, params: DeleteParams) -> Reply:
        tenant = self.may(call, "delete")
        name, _ = self.collection(params.collection)
        deleted = await self.store.delete(
            tenant, name, params.ids, expected_version=params.expected_version
        )
        return Reply({"deleted": deleted}, f"{deleted} of {len(params.ids)} deleted from {name}.")

    # -- reading

    async def get(self, call: Call, params: GetParams) -> Reply:
        tenant = self.may(call, "read")
        name, codec = self.collection(params.collection)
        rows = await self.store.fetch(tenant, name, params.ids)
        if not codec.covers(rows):
            self.renew()
            name, codec = self.collection(params.collection)
        if len(rows) > _ROWS_SURELY_FIT:
            _check_reply(rows)
        found = [codec.to_wire(row) for row in rows]
        missing: list[str] = []
        if len(rows) != len(params.ids):
            there = {row.id for row in rows}
            missing = [id for id in params.ids if id not in there]
        if call.internal:
            return Reply({"records": found, "missing": missing})
        text = f"{len(found)} of {name}." + (f" No record {shown(missing[0])}." if missing else "")
        return Reply({"records": found, "missing": missing}, text)

    async def query(self, call: Call, params: QueryParams) -> Reply:
        page = await self.run(call, parse_plan(params.plan), cursor=params.cursor)
        return Reply(page_wire(page), "" if call.internal else page_text(page))

    async def run(self, call: Call, plan: QueryPlan, *, cursor: str | None = None) -> Page:
        """One page of a checked plan over this domain alone, for a caller who may read."""
        tenant = self.may(call, "read")
        self.renew()
        if foreign := [d for d in plan.domains if d != self.spec.domain]:
            raise BadPlan(
                f"This server holds {self.spec.domain} only; "
                f"a plan that reads {shown(foreign[0])} too goes to the orchestrator."
            )
        check(plan, self.catalogue)
        if plan.below:
            return await staged(self.store, self.catalogue, tenant, plan, cursor)
        return await self.store.query(tenant, plan, cursor=cursor)

    async def search(self, call: Call, params: SearchParams) -> Reply:
        self.may(call, "read")

        async def ask(plan: QueryPlan) -> Page:
            return await self.run(call, plan)

        hits = await search.find(self.spec, ask, params.text, params.collection, params.limit)
        text = f"{len(hits)} found." if hits else "Nothing found; try fewer or other words."
        return Reply({"hits": hits}, text)

    # -- about

    async def stats(self, call: Call, params: StatsParams) -> Reply:
        tenant = self.may(call, "read")
        self.renew()
        as_of = time_text(self.clock.now_us())
        out: dict[str, Any] = {}
        for address, name in self._chosen(params.collection):
            facts = await self.store.facts(tenant, name)
            cold, bytes_cold = await self.store.cold(tenant, name)
            owed = await self.store.debt(tenant, name)
            out[address] = {
                **facts_wire(facts),
                "tier": self.spec.tier.value,
                "tiers": {"warm": facts.rows - cold, "cold": cold},
                "bytes_cold": bytes_cold,
                "debt": {"dead_rows": owed.dead, "small_segments": owed.small},
                "as_of": as_of,
            }
        text = "\n".join(f"{address}: {facts['rows']} rows" for address, facts in out.items())
        cache = self.store.statistics()
        return Reply({"seq": self.store.seq(), "collections": out, "cache": cache}, text)

    async def describe(self, call: Call, params: DescribeParams) -> Reply:
        tenant = self.may(call, "read")
        self.renew()
        seq = self.store.seq()
        data: dict[str, Any] = {"spec": self._dump, "seq": seq}
        if params.since_seq != seq:
            data["facts"] = {
                address: facts_wire(await self.store.facts(tenant, name, values=params.values))
                for address, name in self._chosen(params.collection)
            }
        return Reply(data, "" if call.internal else spec_text(self.spec, params.collection))

    def _chosen(self, collection: str | None) -> list[tuple[str, str]]:
        """(address, short name) of one collection or all."""
        chosen = self.spec.collections if collection is None else [self.collection(collection)[0]]
        return [(f"{self.spec.domain}.{name}", name) for name in chosen]


def _check_reply(rows: Sequence[Row]) -> None:
    """`TooLarge` where the rows of one reply would weigh more than `REPLY_BYTES_MAX`."""
    size = 0
    for row in rows:
        size += len(row.extra or "")
        for value in row.values.values():
            if isinstance(value, (str, bytes)):
                size += len(value)
    if size > REPLY_BYTES_MAX:
        raise TooLarge(
            f"These {len(rows)} records are larger than {REPLY_BYTES_MAX >> 20} MiB together; "
            "get fewer at a time."
        )


def page_wire(page: Page) -> dict[str, Any]:
    out: dict[str, Any] = {
        "columns": [column.to_wire() for column in page.columns],
        "rows": page.rows,
        "row_count": len(page.rows),
        "truncated": page.truncated,
        "sources": [source.to_wire() for source in page.sources],
    }
    if page.cursor is not None:
        out["cursor"] = page.cursor
    return out


def page_text(page: Page) -> str:
    count = f"{len(page.rows)} row{'' if len(page.rows) == 1 else 's'}"
    if page.cursor is not None:
        return f"{count}; there are more, pass cursor {page.cursor}."
    return f"{count}; cut short." if page.truncated else f"{count}."


def facts_wire(facts: Facts) -> dict[str, Any]:
    out: dict[str, Any] = {
        "rows": facts.rows,
        "time_min": None if facts.time_min_us is None else time_text(facts.time_min_us),
        "time_max": None if facts.time_max_us is None else time_text(facts.time_max_us),
        "seq": facts.seq,
    }
    if facts.values:
        out["values"] = {
            name: {"values": list(found.values), "complete": found.complete}
            for name, found in facts.values.items()
        }
    return out


def spec_text(spec: DomainSpec, collection: str | None) -> str:
    """The domain as an agent reads it: a line per collection, and one per field of a chosen one."""
    if collection is None:
        lines = [f"{a}: {c.description} ({', '.join(c.fields)})" for a, c in spec.addresses()]
        return "\n".join([f"{spec.domain}: {spec.description}", *lines])
    chosen = spec.collection(collection)
    lines = [
        f"{name} ({f.type}{f' of {f.to}' if f.to else ''}): {f.description}"
        + (f" One of {', '.join(f.enum)}." if f.enum else "")
        for name, f in chosen.fields.items()
    ]
    return "\n".join([f"{collection}: {chosen.description}", *lines])


def _count(receipt: Receipt, written: Written, line: int | None) -> None:
    match written.outcome:
        case "accepted":
            receipt.accepted += 1
        case "updated":
            receipt.updated += 1
        case "duplicate":
            receipt.duplicate += 1
        case "rejected":
            receipt.reject(line, written.reason or "refused")


def _receipt_text(receipt: Receipt, rows: list[dict[str, Any]]) -> str:
    counts = {
        "accepted": receipt.accepted,
        "updated": receipt.updated,
        "duplicate": receipt.duplicate,
        "rejected": receipt.rejected,
    }
    said = ", ".join(f"{n} {what}" for what, n in counts.items() if n) or "nothing to do"
    lines = [f"{receipt.collection}: {said}."]
    if 0 < len(rows) <= 20:
        lines.append("ids: " + ", ".join(row["id"] for row in rows))
    lines += [f"record {r['line']}: {r['reason']}" for r in receipt.reasons[:5]]
    return "\n".join(lines)
