"""From a staged source to rows, or straight to segments: the child reads and converts, this side
checks what it sends and writes.

A large source, and any of a domain whose records cool at once, takes the bulk way (`bulk`). Each
batch is one transaction with its progress mark, so a load that died goes on where its last commit
was, the way it began, and nothing is stored twice. A load that finished, in a domain that did not
change since, is answered from its mark without reading; after any change it reads again and the
store tells what is there already. So a repeat never stores anything new, and rows that were deleted
in between come back only because the source was loaded again on purpose.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import anyio
import orjson
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from mcp_servers.loading.bulk import Bulk, Order, kept_of
from mcp_servers.loading.staging import Staged, open_staged
from mcp_servers.ports import Draft, OnConflict, Progress, Written
from mcp_servers.readers.batches import Rows, drafts_of
from mcp_servers.readers.parent import Message, reading
from mcp_servers.readers.rows import Job, Target
from mcp_servers.records import key_id
from mcp_servers.tiered import Tiered
from registry.answer import Receipt
from registry.clock import Clock
from registry.domain import CollectionSpec, DomainSpec
from registry.errors import IsothermError
from registry.record import Canonical, decode
from registry.shape.mapping import Mapping

_ALL: Final = -1  # rows from which on a load goes to segments: any number


@dataclass(slots=True)
class _Load:
    """One load at work."""

    store: Tiered
    tenant: str
    collection: str
    spec: CollectionSpec
    on_conflict: OnConflict
    mark: str
    receipt: Receipt
    constants: dict[str, Canonical]
    rows: int = 0


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A batch ready to be written."""

    message: Message
    drafts: list[Draft]


async def load(
    store: Tiered,
    spec: DomainSpec,
    *,
    folder: Path,
    tenant: str,
    handle: str,
    table: str | None,
    collection: str,
    mapping: Mapping,
    on_conflict: OnConflict,
    clock: Clock,
) -> Receipt:
    """Put one table of a staged source into a collection.

    Raises `NotFound` and `Conflict` for the handle, `BadInput` for a mapping that does not fit or a
    file that cannot be read at all, and what the store raises. A source that ends too early keeps
    what came before, and a note says "incomplete".
    """
    began = clock.monotonic()
    staged = open_staged(folder, tenant, handle, clock)
    short = collection.removeprefix(f"{spec.domain}.")
    into = spec.collection(short)
    mapping.check(into, f"{spec.domain}.{short}")
    work = _Load(
        store=store,
        tenant=tenant,
        collection=short,
        spec=into,
        on_conflict=on_conflict,
        mark=_mark(staged, table, short, mapping, on_conflict),
        receipt=Receipt(f"{spec.domain}.{short}", source_sha256=staged.sha256),
        constants={
            name: decode(wire, into.fields[name].kind) for name, wire in mapping.constants.items()
        },
    )
    work.receipt.tier = "hot" if spec.tier.value == "hot" else "warm"
    before = await store.progress(tenant, work.mark)
    if before is not None and before.done and before.receipt.get("seq") == store.seq():
        _again(work.receipt, before)
    else:
        await _run(work, staged, table, mapping, before, clock)
    work.receipt.ms = (clock.monotonic() - began) * 1_000
    return work.receipt


def _mark(
    staged: Staged, table: str | None, collection: str, mapping: Mapping, on_conflict: OnConflict
) -> str:
    """What makes a load the same load: the source's bytes, its table, where what goes, and what
    becomes of records that are there: rows once skipped may be wanted now.
    """
    parts = [staged.sha256, table, collection, mapping.to_wire(), staged.format, on_conflict]
    body = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def _again(receipt: Receipt, before: Progress) -> None:
    kept = before.receipt
    receipt.duplicate = kept["accepted"] + kept["updated"] + kept["duplicate"]
    receipt.rejected = kept["rejected"]
    receipt.reasons = list(kept["reasons"])
    receipt.tier = kept.get("tier", receipt.tier)  # an older folder's mark does not tell it
    receipt.notes = [*kept["notes"], "this source was loaded before and nothing changed since"]


async def _run(
    work: _Load,
    staged: Staged,
    table: str | None,
    mapping: Mapping,
    before: Progress | None,
    clock: Clock,
) -> None:
    if before is not None and before.done:
        before = None
    rows_max = await _rows_max(work, before)
    if before is not None:
        work.rows = before.rows
        _resume(work.receipt, before)
    job = job_of(work.spec, mapping, work.constants)
    after = 0 if before is None else before.receipt.get("line", before.rows)
    order = {
        "mode": "load",
        "format": staged.format,
        "table": table,
        "skip": after,
        "rows_max": rows_max,
        "job": job.to_wire(),
    }
    async with reading(staged, order) as messages:
        head = await anext(messages)
        work.receipt.notes += [str(note)[:300] for note in head["notes"][:20]]
        if head.get("bulk") and rows_max is not None:
            await _in_bulk(work, messages, after, clock, hashed=_hashed(job))
        else:
            await _write_all(work, messages)
    done = Progress(work.mark, work.rows, True, {**kept_of(work.receipt), "seq": work.store.seq()})
    await _write(work, [], done)


async def _rows_max(work: _Load, before: Progress | None) -> int | None:
    """More rows than this go straight to segments; `None`: none do. A load that died goes on as it
    began."""
    if before is not None:
        return _ALL if "line" in before.receipt else None
    policy = work.store.spec.policy
    if work.collection in policy.pin:
        return None
    if policy.cool_after_days == 0:
        return _ALL
    facts = await work.store.facts(work.tenant, work.collection)
    cold, _ = await work.store.cold(work.tenant, work.collection)
    return max(0, policy.max_rows - (facts.rows - cold))


def _hashed(job: Job) -> bool:
    return not job.key and all(target.field != "id" for target in job.targets)


async def _in_bulk(
    work: _Load, messages: AsyncIterator[Message], after: int, clock: Clock, *, hashed: bool
) -> None:
    order = Order(
        work.tenant, work.collection, work.spec, work.on_conflict, work.constants, work.mark,
        hashed, after, work.rows,
    )  # fmt: skip
    work.receipt.tier = "cold"
    bulk = Bulk(work.store.mover, order, work.receipt, clock)
    try:
        await bulk.run(messages)
    finally:
        work.receipt, work.rows = bulk.receipt, bulk.rows


def _resume(receipt: Receipt, before: Progress) -> None:
    kept = before.receipt
    receipt.accepted, receipt.updated = kept["accepted"], kept["updated"]
    receipt.duplicate, receipt.rejected = kept["duplicate"], kept["rejected"]
    receipt.reasons = list(kept["reasons"])
    receipt.notes.append(f"went on after row {before.rows}, where an earlier load stopped")


async def _write_all(work: _Load, messages: AsyncIterator[Message]) -> None:
    """Batches are prepared while the one before them is being written."""
    send, receive = anyio.create_memory_object_stream[_Prepared](1)
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_write_prepared, work, receive)
            async with send:
                await _prepare(work, messages, send)
    except BaseExceptionGroup as group:
        refusals = group.subgroup(IsothermError)
        raise group if refusals is None else refusals.exceptions[0] from None


async def _prepare(
    work: _Load, messages: AsyncIterator[Message], send: MemoryObjectSendStream[_Prepared]
) -> None:
    rows = Rows(work.spec, work.constants)
    async for message in messages:
        match message["t"]:
            case "fields":
                rows.expect(message["fields"])
            case "rows":
                await send.send(_Prepared(message, drafts_of(rows, message)))
            case "end" if message.get("cut"):
                work.receipt.notes.append(f"incomplete: {str(message['cut'])[:300]}")


async def _write_prepared(work: _Load, receive: MemoryObjectReceiveStream[_Prepared]) -> None:
    async with receive:
        async for batch in receive:
            await _write_batch(work, batch.message, batch.drafts)


async def _write_batch(work: _Load, message: Message, drafts: list[Draft]) -> None:
    for line, reason in message["reasons"]:
        work.receipt.reject(line, str(reason)[:500])
    work.receipt.rejected += message["bad"] - len(message["reasons"])
    work.rows += message["rows"]
    # What became of the rows is only known after the write that must carry the counts: for a load
    # that dies in between, the good rows of its last batch count as accepted.
    before = kept_of(work.receipt)
    guess = {**before, "accepted": before["accepted"] + len(drafts)}
    written = await _write(work, drafts, Progress(work.mark, work.rows, False, guess))
    _count(work.receipt, drafts, written)


async def _write(work: _Load, drafts: Sequence[Draft], progress: Progress) -> list[Written]:
    return await work.store.write(
        work.tenant,
        work.collection,
        drafts,
        on_conflict=work.on_conflict,
        progress=progress,
    )


def _count(receipt: Receipt, drafts: Sequence[Draft], written: Sequence[Written]) -> None:
    outcomes = [w.outcome for w in written]
    receipt.accepted += outcomes.count("accepted")
    receipt.updated += outcomes.count("updated")
    receipt.duplicate += outcomes.count("duplicate")
    if "rejected" in outcomes:
        for draft, outcome in zip(drafts, written, strict=True):
            if outcome.outcome == "rejected":
                receipt.reject(draft.line, outcome.reason or "refused")


def job_of(spec: CollectionSpec, mapping: Mapping, constants: dict[str, Canonical]) -> Job:
    """The mapping with what the child must know of the collection."""
    targets = []
    for header, to in mapping.columns.items():
        if to.field == "id":
            targets.append(Target(header, "id", "text"))
            continue
        field = spec.fields[to.field]
        targets.append(
            Target(
                header,
                to.field,
                field.type,
                field.kind.scale,
                to.format,
                field.enum,
                field.required,
            )
        )
    in_key = [name for name in spec.key if name in constants]
    return Job(
        targets=tuple(targets),
        extra=mapping.extra,
        constants=mapping.constants,
        constant_texts={name: _part(spec, name, constants) for name in in_key},
        key=() if spec.key == ("id",) else spec.key,
    )


def _part(spec: CollectionSpec, name: str, constants: dict[str, Canonical]) -> str:
    return key_id(spec.model_copy(update={"key": (name,)}), constants, where="set")
