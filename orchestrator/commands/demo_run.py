"""The demo without its printing: fill the folder once, ask every question, judge the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import anyio

from orchestrator.client import Client
from orchestrator.commands.demo_folder import Memory, remember
from orchestrator.commands.demo_tiers import Map, show_tiers
from orchestrator.demo.company import company
from orchestrator.demo.questions import QUESTIONS, DemoQuestion
from registry.clock import Clock
from registry.errors import Bug, IsothermError
from registry.limits import INLINE_BYTES_MAX, PUT_RECORDS_MAX
from registry.moment import time_text


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer in wire form. `fine`: answered, or refused, as it should be."""

    question: DemoQuestion
    answer: dict[str, Any]
    fine: bool


@dataclass(frozen=True, slots=True)
class Run:
    """`loaded`: records stored by this run, none when they were there. Times in ms."""

    memory: Memory
    loaded: int
    load_ms: float
    asked: tuple[Asked, ...]
    ask_ms: float
    map: Map

    @property
    def fine(self) -> bool:
        return all(asked.fine for asked in self.asked) and self.map.fine

    @property
    def understand_ms_p50(self) -> float:
        spent = sorted(asked.answer["ms"]["understand"] for asked in self.asked)
        return float(spent[len(spent) // 2])


async def demonstrate(client: Client, folder: Path, memory: Memory, clock: Clock) -> Run:
    """Load what is not there yet, ask, then let data move."""
    began = clock.monotonic()
    memory, loaded = await fill(client, folder, memory)
    filled = clock.monotonic()
    now = time_text(memory.now_us)
    asked = tuple([await _ask(client, question, now) for question in QUESTIONS])
    done = clock.monotonic()
    shown = await show_tiers(client, now)
    return Run(memory, loaded, (filled - began) * 1000, asked, (done - filled) * 1000, shown)


async def fill(client: Client, folder: Path, memory: Memory) -> tuple[Memory, int]:
    """The folder's memory once all records are stored, and how many had to be stored."""
    if await _complete(client, memory):
        return memory, 0
    return await _fill(client, folder, memory)


async def _complete(client: Client, memory: Memory) -> bool:
    """Whether all records are stored already."""
    if memory.records is None:
        return False
    described = await client.describe()
    rows = {a: n for domain in described["domains"] for a, n in domain["collections"].items()}
    return all(rows.get(address, 0) >= count for address, count in memory.records.items())


async def _fill(client: Client, folder: Path, memory: Memory) -> tuple[Memory, int]:
    records = company(memory.seed, memory.now_us).records
    by_domain: dict[str, list[str]] = {}
    for address in records:
        by_domain.setdefault(address.partition(".")[0], []).append(address)

    async def load(addresses: Sequence[str]) -> None:
        for address in addresses:
            for chunk in _chunks(records[address]):
                receipt = await client.ingest(records=chunk, into=address)
                _accept(address, receipt)

    async with anyio.create_task_group() as tasks:
        for addresses in by_domain.values():
            tasks.start_soon(load, addresses)
    counts = {address: len(found) for address, found in records.items()}
    memory = replace(memory, records=counts)
    remember(folder, memory)
    return memory, sum(counts.values())


#: a record of the company is under 600 bytes as JSON: a chunk stays below what one call may carry
_CHUNK: Final = min(PUT_RECORDS_MAX, INLINE_BYTES_MAX // 600)


def _chunks(records: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Pieces that one call takes."""
    for start in range(0, len(records), _CHUNK):
        yield list(records[start : start + _CHUNK])


def _accept(address: str, receipt: dict[str, Any]) -> None:
    if receipt.get("rejected"):
        reason = receipt["reasons"][0]["reason"] if receipt["reasons"] else "no reason given"
        raise Bug(f"{address} refused records of the sample company: {reason}")


async def _ask(client: Client, question: DemoQuestion, now: str) -> Asked:
    try:
        answer = await client.ask(question.text, now=now)
    except IsothermError as failure:
        answer = {
            "status": "refused",
            "text": failure.message,
            "reason": failure.message,
            "ms": {"understand": 0.0},
        }
        return Asked(question, answer, False)
    return Asked(question, answer, as_expected(question, answer))


def as_expected(question: DemoQuestion, answer: Mapping[str, Any]) -> bool:
    """A question of no domain is refused; any other is answered, from its domains, completely."""
    if not question.domains:
        return bool(answer["status"] == "refused")
    read = {source["collection"].partition(".")[0] for source in answer.get("sources", ())}
    return (
        answer["status"] == "answered" and not answer["partial"] and read >= set(question.domains)
    )
