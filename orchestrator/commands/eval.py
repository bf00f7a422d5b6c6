"""`isotherm eval`: how many questions of a suite are answered right, and how fast."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import for_good, run
from orchestrator.commands.version import installed
from registry.clock import SystemClock
from registry.errors import BadInput
from registry.settings import Settings

if TYPE_CHECKING:
    from orchestrator.eval.run import Outcome
    from orchestrator.eval.suite import Suite
    from orchestrator.planner.reading import Planner


class PlannerName(StrEnum):
    cascade = "cascade"
    verified = "verified"
    followup = "followup"
    rules = "rules"
    network = "network"
    llm = "llm"


class Half(StrEnum):
    tuning = "tuning"
    frozen = "frozen"


_SIDE_BY_SIDE = (PlannerName.rules, PlannerName.network, PlannerName.cascade)


def eval_(
    suite: Annotated[
        Path, typer.Argument(metavar="SUITE", help="A folder with questions.jsonl and databases/.")
    ],
    planner: Annotated[PlannerName, typer.Option(help="Which planner.")] = PlannerName.cascade,
    table: Annotated[
        bool, typer.Option("--table", help="Rules, network and cascade side by side.")
    ] = False,
    half: Annotated[
        Half | None, typer.Option(help="Only this half of a suite that tells halves.")
    ] = None,
    answers: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every answer, a JSON line each.")
    ] = None,
    failures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write what was not right, likewise; never of the half that a suite calls frozen.",
        ),
    ] = None,
    json: options.Json = False,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the ingested databases here, to use them again."),
    ] = None,
    config: options.Config = None,
) -> None:
    """Measure answers on a suite of questions."""
    # Late: see `session`.
    with for_good():
        from orchestrator.eval.report import figures
        from orchestrator.eval.suite import half_of, load_suite

    given = load_suite(suite) if half is None else half_of(load_suite(suite), half.value)
    if table:
        _table(given, options.settings_of(data, config), data, json)
        return
    chosen, settings = _alone(planner, options.settings_of(data, config))
    with _teller(answers, failures) as told:
        outcomes = _asked(given, settings, data, chosen, told)
    found = {"planner": planner.value, **figures(outcomes)}
    if json:
        screen.emit_json(found)
    else:
        _print(found)


def _table(suite: Suite, settings: Settings, kept: Path | None, json: bool) -> None:
    """Each planner alone and together, and what always choosing the right one would reach."""
    from orchestrator.eval.calibration import oracle
    from orchestrator.eval.report import figures

    asked: dict[str, list[Outcome]] = {}
    with tempfile.TemporaryDirectory() if kept is None else _made(kept) as scratch:
        for name in _SIDE_BY_SIDE:
            chosen, own = _alone(name, settings)
            asked[name.value] = _asked(suite, own, Path(scratch), chosen, lambda outcome: None)
    found = {name: figures(outcomes) for name, outcomes in asked.items()}
    best = oracle(asked)
    if json:
        screen.emit_json({"planners": found, "oracle": best})
        return
    rows = [_side(name, part) for name, part in found.items()]
    rows.append(("oracle", _percent(best["strict"]), _percent(best["lenient"]), *[""] * 5))
    screen.grid(_SIDES, rows, right=tuple(range(1, len(_SIDES))))
    for line in found["cascade"]["calibration"]["curve"]:
        said, right = _percent(line["said"]), _percent(line["right"])
        screen.line(f"said {said} · right {right} of {line['answers']:,}")


_SIDES = (
    "",
    "strict",
    "lenient",
    "answered",
    "right of them",
    "at 95 %",
    "error",
    "p50/p95/p99 ms",
)


def _side(name: str, part: dict[str, Any]) -> tuple[str, ...]:
    answered = part["status"]["answered"] / part["questions"]
    shares = (part["strict"], part["lenient"], answered, part["precision"]["strict"],
              part["coverage"], part["calibration"]["error"])  # fmt: skip
    spent = "/".join(str(ms) for ms in part["understand_ms"].values())
    return (name, *map(_percent, shares), spent)


def _alone(name: PlannerName, settings: Settings) -> tuple[Planner, Settings]:
    """The planner, and settings with which no other is heard: a language model only as part of the
    cascade, where one is set up, or by itself."""
    with for_good():
        from orchestrator.planner.cascade import PLANNERS, default
        from orchestrator.planner.llm.planner import unheard

    if name is PlannerName.cascade:
        return default, settings
    if name is not PlannerName.llm:
        return PLANNERS[name], replace(settings, llm_provider=None)
    if settings.llm_provider is None:
        raise BadInput("No language model is set up; name one by llm_provider and llm_model.")
    return unheard, settings


def _asked(
    suite: Suite,
    settings: Settings,
    kept: Path | None,
    planner: Planner,
    told: Callable[[Outcome], None],
) -> list[Outcome]:
    from orchestrator.eval.run import Runner

    with tempfile.TemporaryDirectory() if kept is None else _made(kept) as scratch:
        runner = Runner(settings, Path(scratch), SystemClock(), installed("isotherm"), planner)
        return run(lambda: runner.run(suite, told))


@contextmanager
def _made(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


@contextmanager
def _teller(answers: Path | None, failures: Path | None) -> Iterator[Callable[[Outcome], None]]:
    """Writes each outcome to the files that ask for it."""
    from orchestrator.eval.report import answer_line, failure_line

    with _lines(answers, answer_line) as answer, _lines(failures, failure_line) as failure:

        def told(outcome: Outcome) -> None:
            answer(outcome)
            # what is known of the frozen half is its score
            if not outcome.strict and outcome.question.half != "frozen":
                failure(outcome)

        yield told


@contextmanager
def _lines(
    path: Path | None, wire: Callable[[Outcome], dict[str, Any]]
) -> Iterator[Callable[[Outcome], None]]:
    """Writes outcomes to a file as they come; to none, nothing."""
    if path is None:
        yield lambda outcome: None
        return
    try:
        file = path.open("wb")
    except OSError as bad:
        raise BadInput(f"{path} cannot be written: {bad.strerror}.") from None
    with file:
        yield lambda outcome: _write(file, wire(outcome))


def _write(file: Any, data: dict[str, Any]) -> None:
    file.write(orjson.dumps(data, default=str, option=orjson.OPT_APPEND_NEWLINE))


def _print(found: dict[str, Any]) -> None:
    precision, status, spent = found["precision"], found["status"], found["understand_ms"]
    rows = [
        (f"right, of {found['questions']:,} questions", found["strict"], found["lenient"]),
        (f"right, of {status['answered']:,} answered", precision["strict"], precision["lenient"]),
    ]
    shown = [(name, *map(_percent, shares)) for name, *shares in rows]
    screen.grid(("", "strict", "lenient"), shown, right=(1, 2))
    rest = " · ".join(f"{name} {count:,}" for name, count in status.items())
    screen.line(rest)
    if found["declined"] is not None:
        screen.line(f"without an answer, and refused or asked back: {_percent(found['declined'])}")
    screen.line(f"share of questions at 95 % right: {_percent(found['coverage'])}")
    error = _percent(found["calibration"]["error"])
    screen.line(f"what was said of answers is off by: {error}")
    screen.line("understand " + " · ".join(f"{name} {ms} ms" for name, ms in spent.items()))
    for name, part in found.get("halves", {"kinds": found}).items():
        _print_kinds(name, part)


_COLUMNS = ("questions", "strict", "lenient", "precision", "declined")


def _print_kinds(name: str, part: dict[str, Any]) -> None:
    """A row for each kind of question, and one for all of them."""
    kinds = part.get("kinds", {})
    if kinds:
        rows = [_kind_row(kind, found) for kind, found in (*kinds.items(), ("all", part))]
        screen.line("")
        screen.grid((name, *_COLUMNS), rows, right=tuple(range(1, len(_COLUMNS) + 1)))


def _kind_row(kind: str, found: dict[str, Any]) -> tuple[str, ...]:
    shares = (found["strict"], found["lenient"], found["precision"]["strict"], found["declined"])
    return (kind, f"{found['questions']:,}", *map(_percent, shares))


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"
