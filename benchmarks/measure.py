"""What every benchmark shares: interleaved rounds, medians, concurrency, and one JSON report.

Cases take turns inside every round, so that whatever else the machine does falls on all of them;
a ratio is the median over rounds of the rounds' own ratios. Times are milliseconds.
"""

from __future__ import annotations

import argparse
import math
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anyio
import orjson

#: one call of a case
Op = Callable[[], Awaitable[Any]]
ROOT = Path(__file__).parent.parent


@dataclass(slots=True)
class Timed:
    """The ms of each call of one case, by round."""

    rounds: list[list[float]] = field(default_factory=list)

    @property
    def all(self) -> list[float]:
        return [ms for one in self.rounds for ms in one]

    @property
    def p50(self) -> float:
        return quantile(self.all, 0.5)

    def over(self, other: Timed) -> float:
        """How many times the other's time this takes."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return statistics.median(statistics.median(a) / statistics.median(b) for a, b in pairs)

    def report(self) -> dict[str, float]:
        return {"p50": rounded(self.p50), "p95": rounded(quantile(self.all, 0.95))}


def quantile(samples: list[float], q: float) -> float:
    """The sample that `q` of the samples do not exceed."""
    ranked = sorted(samples)
    return ranked[max(0, math.ceil(q * len(ranked)) - 1)]


def rounded(value: float) -> float:
    """Three significant digits."""
    return float(f"{value:.3g}")


async def interleaved(cases: Mapping[str, Op], *, rounds: int, calls: int) -> dict[str, Timed]:
    """Time every call, one at a time. The first round of each case only warms up."""
    timed = {name: Timed() for name in cases}
    for number in range(rounds + 1):
        for name, op in cases.items():
            spent = await timings(op, calls if number else max(3, calls // 10))
            if number:
                timed[name].rounds.append(spent)
    return timed


async def timings(op: Op, calls: int) -> list[float]:
    """The ms of each of so many calls, one after the other."""
    spent = []
    for _ in range(calls):
        began = time.perf_counter()
        await op()
        spent.append((time.perf_counter() - began) * 1000)
    return spent


async def crowd(op: Op, *, callers: int, calls: int) -> tuple[float, list[float]]:
    """(calls per second, the ms of each call) of so many callers at once, each calling in turn."""
    spent: list[float] = []

    async def caller() -> None:
        spent.extend(await timings(op, max(1, calls // callers)))

    began = time.perf_counter()
    async with anyio.create_task_group() as tasks:
        for _ in range(callers):
            tasks.start_soon(caller)
    return len(spent) / (time.perf_counter() - began), spent


def peak_mb(process: str) -> int:
    """The most MB resident of a process since it started its program, or since somebody cleared it;
    0 where no system tells, and of one that is gone. `getrusage` will not do: in a child it starts
    with what its parent had when it was made."""
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found.group(1)) >> 10 if found else 0
    return 0


def options(
    about: str | None, **sizes: tuple[int, int, str] | tuple[Path, Path, str]
) -> argparse.Namespace:
    """The command line: `--quick`, `--scratch`, and each size as (default, quick, help)."""
    parser = argparse.ArgumentParser(description=(about or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="toy sizes: does it run at all?")
    parser.add_argument("--scratch", type=Path, help="where to make the data folder")
    for name, (default, _, text) in sizes.items():
        parser.add_argument(f"--{name}", type=type(default), help=text)
    given = parser.parse_args()
    for name, (default, quick, _) in sizes.items():
        if getattr(given, name) is None:
            setattr(given, name, quick if given.quick else default)
    return given


def publish(name: str, figures: Mapping[str, Any]) -> None:
    """The report on stdout, with the machine and the date that it is from."""
    report = {"benchmark": name, "machine": machine(), **figures}
    sys.stdout.write(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode() + "\n")


def machine() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        **{name: version(name) for name in ("mcp", "apsw", "duckdb")},
    }
