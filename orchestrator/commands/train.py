"""`isotherm train`: the network that answers where the rules do not, trained again."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.commands import options, screen
from orchestrator.commands.session import for_good, run
from registry.clock import SystemClock
from registry.errors import BadInput

_NEEDED = ("torch", "onnx", "onnxruntime", "safetensors", "sqlglot")


def train_(
    suite: Annotated[
        Path,
        typer.Argument(metavar="SUITE", help="A folder with questions.jsonl and databases/."),
    ],
    encoder: Annotated[
        Path, typer.Option(metavar="DIR", help="The model folder of all-MiniLM-L6-v2.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where weights and report go.")],
    scratch: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the suite's databases are ingested.")
    ],
    wiki: Annotated[
        Path | None, typer.Option(metavar="FILE", help="WikiSQL's questions (.jsonl.xz).")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often all is gone through.")] = 6,
    seed: Annotated[int, typer.Option(help="Equal seeds and sources give equal weights.")] = 0,
    json: options.Json = False,
    config: options.Config = None,
) -> None:
    """Train the network's weights; an interrupted run goes on where it was."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise BadInput(f"Training needs {', '.join(missing)}; install isotherm[train].")
    # Late: torch is no part of a running orchestrator.
    with for_good():
        from orchestrator.training.train import Amounts, Sources, train

    given = Sources(suite, wiki, encoder, scratch, out)
    settings = options.settings_of(scratch, config)
    clock = SystemClock()
    amounts = Amounts(rounds, seed=seed)
    report = run(lambda: train(given, amounts, settings, clock, screen.note))
    if json:
        screen.emit_json(report)
    else:
        for kind, share in report["strict"].items():
            screen.line(f"{kind} of databases kept apart, right: {100 * share:.1f} %")
