"""What understanding a question costs: the planners alone, over the demo company's vocabulary.

The questions are the demo's and the planner tests', each at the instant that the company's records
end at. Nothing is executed. What the planner keeps of a catalogue is made by the first question
after the data changed; that one is told apart as `first_ms`.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import anyio
import yaml

from benchmarks.house import scratch
from benchmarks.measure import ROOT, options, publish, quantile, rounded
from orchestrator.app import App, running
from orchestrator.demo.company import SEED, company
from orchestrator.demo.questions import QUESTIONS
from orchestrator.planner import cascade
from orchestrator.planner.reading import Context, Question
from registry.access import LOCAL
from registry.catalog import Catalogue
from registry.clock import SystemClock
from registry.settings import Settings

_SUITE = ROOT / "tests" / "orchestrator" / "planner" / "questions.yaml"
_CHUNK = 1_000


async def stored(app: App, now_us: int, scale: float) -> Catalogue:
    """What the planner knows once the company is stored."""
    for address, records in company(SEED, now_us, scale).records.items():
        domain, _, collection = address.partition(".")
        for start in range(0, len(records), _CHUNK):
            some = {"collection": collection, "records": records[start : start + _CHUNK]}
            await app.links.call(domain, "put", some)
    return await app.catalogue.fresh(LOCAL, force=True)


def suites() -> dict[str, list[str]]:
    """Texts of the questions by where they are from."""
    asked = yaml.safe_load(_SUITE.read_text(encoding="utf-8"))
    return {"demo": [q.text for q in QUESTIONS], "planner_tests": [entry["q"] for entry in asked]}


def timed(texts: list[str], catalogue: Catalogue, now_us: int, rounds: int) -> list[float]:
    """The ms of each reading."""
    spent = []
    for _ in range(rounds):
        for text in texts:
            began = time.perf_counter()
            cascade.default(Question(text, now_us), catalogue, Context())
            spent.append((time.perf_counter() - began) * 1000)
    return spent


async def measured(folder: Path, *, rounds: int, percent: int) -> dict[str, Any]:
    """ms by suite."""
    now_us = SystemClock().now_us()
    async with running(Settings(data=folder)) as app:
        catalogue = await stored(app, now_us, percent / 100)
    found: dict[str, Any] = {
        "first_ms": rounded(timed([QUESTIONS[0].text], catalogue, now_us, 1)[0])
    }
    for name, texts in suites().items():
        spent = timed(texts, catalogue, now_us, rounds)
        found[name] = {
            "questions": len(texts),
            **{f"ms_p{q}": rounded(quantile(spent, q / 100)) for q in (50, 95, 99)},
        }
    return found


def main() -> None:
    given = options(
        __doc__,
        rounds=(5, 1, "times that each question is read"),
        percent=(100, 5, "of the sample company"),
    )

    async def run() -> dict[str, Any]:
        with scratch(given.scratch) as folder:
            return await measured(folder, rounds=given.rounds, percent=given.percent)

    publish("understand", anyio.run(run))


if __name__ == "__main__":
    main()
