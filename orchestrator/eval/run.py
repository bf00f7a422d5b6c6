"""Asking a suite: each database becomes one domain in a scratch folder, each question is asked of
it over MCP, as any client would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson
import structlog

from orchestrator.client import Client, connect
from orchestrator.commands.demo_folder import Memory, recall
from orchestrator.commands.demo_run import fill
from orchestrator.demo.company import SEED
from orchestrator.eval.gold import ROWS_MAX, Gold, gold_of
from orchestrator.eval.same import same
from orchestrator.eval.suite import Suite, SuiteQuestion
from orchestrator.planner import cascade
from orchestrator.planner.reading import Planner
from registry.clock import Clock
from registry.errors import BadInput, IsothermError
from registry.moment import time_text
from registry.record import TIME, decode
from registry.settings import Settings

log: Final = structlog.get_logger("eval")
_READY: Final = "eval.json"
_EXPECTED: Final = {"refuse": "refused", "clarify": "clarify"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question and what came of it. `answer`: in wire form, all its rows. `gold`: none where a
    refusal or a question back is expected."""

    question: SuiteQuestion
    answer: dict[str, Any]
    gold: Gold | None
    strict: bool
    lenient: bool

    @property
    def status(self) -> str:
        return str(self.answer["status"])

    @property
    def understand_ms(self) -> float:
        return float(self.answer.get("ms", {}).get("understand", 0.0))


@dataclass(frozen=True, slots=True)
class Runner:
    """Asks suites. `scratch`: where databases are ingested; those that are there already are used
    again."""

    settings: Settings
    scratch: Path
    clock: Clock
    version: str
    planner: Planner = cascade.default

    async def run(self, suite: Suite, told: Callable[[Outcome], None]) -> list[Outcome]:
        """An outcome per question, in the suite's order; `told` hears of each at once."""
        out: dict[str, Outcome] = {}
        for name, source in suite.databases.items():
            questions = [q for q in suite.questions if q.db == name]
            async with self._open(name, source, questions) as (client, domains, now):
                asker = _Asker(client, domains, source and source[0], self.clock, now)
                for question in questions:
                    outcome = out[question.id] = await asker.outcome(question)
                    told(outcome)
        return [out[question.id] for question in suite.questions]

    @asynccontextmanager
    async def _open(
        self, name: str, source: tuple[Path, Path | None] | None, questions: list[SuiteQuestion]
    ) -> AsyncIterator[tuple[Client, list[str] | None, str | None]]:
        """A client of the database's folder; its domains, `None`: all of them; and the instant at
        which questions without one are meant, `None`: the wall clock."""
        folder = self.scratch / name
        if source is None:
            memory = self._demo(folder, questions)
            async with connect(
                replace(self.settings, data=folder), clock=self.clock, planner=self.planner
            ) as client:
                await fill(client, folder, memory)
                yield client, None, time_text(memory.now_us)
            return
        roots = tuple({source[0].resolve().parent})
        settings = replace(self.settings, data=folder, roots=roots)
        async with connect(settings, clock=self.clock, planner=self.planner) as client:
            yield client, await _domains(client, folder, name, source), None

    def _demo(self, folder: Path, questions: list[SuiteQuestion]) -> Memory:
        told = {question.now for question in questions}
        if len(told) > 1:
            raise BadInput("All questions about the demo need the same `now`.")
        now = told.pop()
        now_us = self.clock.now_us() if now is None else decode(now, TIME, where="now")
        assert isinstance(now_us, int)
        folder.mkdir(parents=True, exist_ok=True)
        memory = recall(folder, fresh=Memory(self.version, SEED, now_us))
        if now is not None and memory.now_us != now_us:
            raise BadInput(f"{folder} was filled for another `now`; remove it.")
        return memory


async def _domains(
    client: Client, folder: Path, name: str, source: tuple[Path, Path | None]
) -> list[str]:
    """The domain that the database became, now or in an earlier run; none where it could not."""
    ready = folder / _READY
    if ready.is_file():
        known: list[str] = orjson.loads(ready.read_bytes())
        return known
    data, spec = source
    into = None
    if spec is not None:
        arguments = {"yaml": spec.read_text(encoding="utf-8")}
        added = await client.call("admin_write", action="domain_add", arguments=arguments)
        into = added["domain"]
    try:
        receipt = await client.ingest(path=str(data.resolve()), into=into, name=name)
    except IsothermError as refusal:
        log.warning("not-ingested", database=name, reason=refusal.message)
        receipt = {}
    domains = [into] if into else list(receipt.get("domains_added", ()))
    ready.write_bytes(orjson.dumps(domains))
    return domains


class _Asker:
    """Asks the questions of one database, each conversation in its order."""

    def __init__(
        self,
        client: Client,
        domains: list[str] | None,
        database: Path | None,
        clock: Clock,
        now: str | None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._domains = domains
        self._database = database
        self._now = now
        self._conversations: dict[str, str] = {}

    async def outcome(self, question: SuiteQuestion) -> Outcome:
        answer = await self._answer(question)
        if question.expect is not None:
            right = answer["status"] == _EXPECTED[question.expect]
            return Outcome(question, answer, None, right, right)
        gold = gold_of(question, self._database, self._clock)
        if answer["status"] not in ("answered", "tentative"):
            return Outcome(question, answer, gold, False, False)
        rows = answer["rows"]
        strict, lenient = (
            same(rows, gold.rows, ordered=gold.ordered, lenient=lenient or question.further)
            for lenient in (False, True)
        )
        return Outcome(question, answer, gold, strict, lenient)

    async def _answer(self, question: SuiteQuestion) -> dict[str, Any]:
        if self._domains == []:
            return _refused("The database could not be ingested.")
        arguments: dict[str, Any] = {
            "question": question.question,
            "domains": question.domains or self._domains,
            "now": question.now or self._now,
        }
        if question.conversation is not None:
            arguments["conversation"] = self._conversations.get(question.conversation)
        try:
            answer = await self._client.call("ask", **arguments)
            if question.conversation is not None and answer.get("conversation"):
                self._conversations[question.conversation] = answer["conversation"]
            return await self._whole(answer)
        except IsothermError as failure:
            return _refused(failure.message)

    async def _whole(self, answer: dict[str, Any]) -> dict[str, Any]:
        """With the rows of all its pages, where the plan itself does not say how many."""
        page: Mapping[str, Any] = answer
        rows = list(answer.get("rows", ()))
        bounded = (answer.get("plan") or {}).get("limit") is not None
        while not bounded and page.get("cursor") and len(rows) <= ROWS_MAX:
            page = await self._client.query(answer["plan"], cursor=page["cursor"])
            rows += page["rows"]
        return {**answer, "rows": rows}


def _refused(reason: str) -> dict[str, Any]:
    return {"status": "refused", "rows": [], "columns": [], "reason": reason}
