"""The `isotherm` command: wires the command rooms together and turns refusals into exit codes.

0 fine, 1 refused or failed (the reason on stderr as `code: message`), 2 usage. No traceback for a
refusal.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from orchestrator.commands import (
    ask,
    backup,
    check,
    connect,
    custody,
    demo,
    describe,
    doctor,
    domains,
    eval,
    ingest,
    options,
    policy,
    query,
    serve,
    tiers,
    train,
    upkeep,
    version,
)
from orchestrator.commands.screen import clean
from orchestrator.commands.session import refusal_in

_INTERRUPTED = 130  # what a shell reports for a process that SIGINT ended


class _Commands(TyperGroup):
    """A group whose refusals are one line on stderr and exit 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(_INTERRUPTED) from None
        except BrokenPipeError:
            _close_stdout()
            raise typer.Exit(1) from None
        except OSError as failure:
            if failure.errno not in (errno.ENOSPC, errno.EIO):
                raise
            _close_stdout()
            typer.echo(f"storage-full: The output cannot be written: {failure.strerror}.", err=True)
            raise typer.Exit(1) from None
        except Exception as failure:
            refusal = refusal_in(failure)
            if refusal is None:
                raise
            typer.echo(f"{refusal.code}: {clean(refusal.message)}", err=True)
            raise typer.Exit(1) from None


def _close_stdout() -> None:
    # The reader is gone; what is still buffered must not raise again when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    name="isotherm",
    cls=_Commands,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(ctx: typer.Context, data: options.Data = None, config: options.Config = None) -> None:
    """A smart database made of MCP servers: put data in, ask in plain language."""
    given = {"data": data, "config": config}
    below = {name: dict.fromkeys(inner, given) for name, inner in _SUBCOMMANDS.items()}
    ctx.default_map = {**given, **below}
    for name in _COMMANDS:
        ctx.default_map[name] = given
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


for _command in (
    demo.demo,
    ask.ask,
    ingest.ingest,
    query.query,
    query.get,
    describe.describe,
    serve.serve,
    connect.connect,
    tiers.tiers,
    tiers.move,
    tiers.cool,
    policy.policy,
    check.check,
    backup.backup,
    backup.restore,
    upkeep.compact,
    custody.erase,
    doctor.doctor,
    version.version,
):
    app.command()(_command)
app.command("eval")(eval.eval_)
app.command("train")(train.train_)
app.add_typer(domains.domain)
app.add_typer(custody.hold, name="hold")
_COMMANDS = tuple(str(c.name or c.callback.__name__) for c in app.registered_commands if c.callback)
_SUBCOMMANDS = {
    "domain": ("list", "show", "check", "add", "remove", "serve"),
    "hold": ("add", "remove", "list"),
}


def main() -> None:
    """The console script."""
    app(prog_name="isotherm")


if __name__ == "__main__":
    main()
