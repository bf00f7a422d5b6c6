"""`isotherm demo`: a sample company, questions about it with their answers, what to try next."""

from __future__ import annotations

import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import typer

from orchestrator.commands import answers, hosts, options, screen
from orchestrator.commands.demo_folder import Memory, recall
from orchestrator.commands.demo_tiers import print_map
from orchestrator.commands.session import with_client
from orchestrator.commands.version import installed
from registry.clock import Clock, SystemClock
from registry.moment import time_text

if TYPE_CHECKING:
    from orchestrator.commands.demo_run import Asked, Run

_ROWS_SHOWN = 8
_STALE_US = timedelta(days=1) // timedelta(microseconds=1)


def demo(
    json: options.Json = False, data: options.Data = None, config: options.Config = None
) -> None:
    """Load a sample company into a folder of its own and ask about it."""
    base = options.settings_of(data, config).data
    folder = base if data is not None else base / "demo"
    settings = options.settings_of(folder, config)
    clock = SystemClock()
    # Late: see `session`.
    from orchestrator.commands.demo_run import demonstrate
    from orchestrator.demo.company import SEED

    memory = recall(folder, fresh=Memory(installed("isotherm"), SEED, _minute(clock.now_us())))
    if not json:
        _announce(folder, memory)
    run = with_client(settings, lambda client: demonstrate(client, folder, memory, clock))
    if json:
        screen.emit_json(_wire(run, folder))
    else:
        _print(run, folder, clock)
    if not run.fine:
        wrong = ", ".join(str(n) for n, asked in enumerate(run.asked, 1) if not asked.fine)
        what = f"questions {wrong} were not answered" if wrong else "records did not move"
        screen.note(f"bug: {what} as they should be.")
        raise typer.Exit(1)


def _minute(now_us: int) -> int:
    return now_us - now_us % 60_000_000


def _wire(run: Run, folder: Path) -> dict[str, Any]:
    return {
        "data": str(folder),
        "now": time_text(run.memory.now_us),
        "seed": run.memory.seed,
        "records": dict(run.memory.records or {}),
        "loaded": run.loaded,
        "questions": [
            {
                "question": asked.question.text,
                "shows": asked.question.shows,
                "expected": "answered" if asked.question.domains else "refused",
                "fine": asked.fine,
                "answer": asked.answer,
            }
            for asked in run.asked
        ],
        "tiers": run.map.to_wire(),
        "fine": run.fine,
        "ms": {
            "load": round(run.load_ms, 1),
            "ask": round(run.ask_ms, 1),
            "understand_p50": run.understand_ms_p50,
        },
    }


def _announce(folder: Path, memory: Memory) -> None:
    screen.line("Tideline sells a project tool. Its records fill all twelve domains.", style="bold")
    state = "is there already" if memory.records is not None else "is being loaded"
    screen.line(f"The company {state}, in {folder}.")
    screen.line(f"Times are relative to {time_text(memory.now_us)}.", style="dim")
    screen.line()


def _print(run: Run, folder: Path, clock: Clock) -> None:
    if run.loaded:
        screen.line(f"{run.loaded:,} records stored in {run.load_ms / 1000:.1f} s.")
        screen.line()
    for number, asked in enumerate(run.asked, 1):
        _print_asked(number, asked)
    fine = sum(asked.fine for asked in run.asked)
    screen.line(
        f"{fine} of {len(run.asked)} questions answered as they should be in {run.ask_ms:,.0f} ms; "
        f"understanding one takes {run.understand_ms_p50:.1f} ms (median). No model was asked.",
        style="bold",
    )
    screen.line()
    print_map(run.map)
    _print_next(folder, run.memory, clock)


def _print_asked(number: int, asked: Asked) -> None:
    screen.line(f"{number}. {asked.question.text}", style="bold cyan")
    screen.line(f"{asked.question.shows}", style="dim")
    answer = asked.answer
    if answer["status"] == "refused":
        screen.line("Refused. " + answer["text"])
        for text in answers.refusal_lines(answer)[1:]:
            screen.line(text, style="dim")
        screen.line(answers.provenance(answer), style="dim")
    else:
        answers.print_answer(answer, rows_max=_ROWS_SHOWN)
    if not asked.fine:
        screen.line("This is not what it should have answered.", style="bold red")
    screen.line()


def _print_next(folder: Path, memory: Memory, clock: Clock) -> None:
    command = hosts.command_line(Path(sys.executable), folder, None)
    host = hosts.HOSTS["claude-desktop"]
    entry = hosts.snippet(host, "isotherm", hosts.entry(host, command))
    screen.line("For Claude Desktop, in claude_desktop_config.json:", style="bold")
    screen.line(orjson.dumps(entry, option=orjson.OPT_INDENT_2).decode())
    screen.line("For the MCP Inspector:", style="bold")
    screen.line(f"npx @modelcontextprotocol/inspector {shlex.join(command)}")
    screen.line()
    where = f"--data {shlex.quote(str(folder))}"
    stale = clock.now_us() - memory.now_us > _STALE_US
    now = f" --now {time_text(memory.now_us)}" if stale else ""
    screen.line("Next:", style="bold")
    screen.line(f'isotherm ask "how many tickets were opened per topic this month?" {where}{now}')
    screen.line(f"isotherm describe chat {where}")
    screen.line(f"isotherm tiers logs {where}")
    screen.line(f"isotherm ingest FILE.csv {where}")
    screen.line(f"isotherm connect claude-desktop {where}")
