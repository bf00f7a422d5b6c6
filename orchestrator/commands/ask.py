"""`isotherm ask`: a question in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from orchestrator.commands import answers, explanation, options, screen
from orchestrator.commands.session import with_app, with_client
from registry.clock import SystemClock
from registry.moment import time_text
from registry.settings import Settings

if TYPE_CHECKING:
    from orchestrator.app import App
    from orchestrator.client import Client


def ask(
    question: Annotated[list[str], typer.Argument(help="The question.", metavar='"QUESTION"')],
    domains: Annotated[
        str | None, typer.Option(metavar="A,B", help="Look only in these domains.")
    ] = None,
    explain: Annotated[
        bool, typer.Option(help="Show the plan and its steps; run nothing.")
    ] = False,
    plot: Annotated[bool, typer.Option(help="Draw the rows instead of a table.")] = False,
    conversation: Annotated[
        str | None, typer.Option(metavar="ID", help="Follow up on an earlier answer.")
    ] = None,
    choice: Annotated[
        str | None, typer.Option(metavar="ID", help="Pick one of the readings offered.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most this many rows.")] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="The instant that 'today' means, ISO 8601.")
    ] = None,
    teach: Annotated[
        bool, typer.Option(help="The answer is right: remember it for this question.")
    ] = False,
    json: options.Json = False,
    data: options.Data = None,
    config: options.Config = None,
) -> None:
    """Ask a question; rows and where they came from."""
    settings = options.settings_of(data, config)
    request: dict[str, Any] = {
        "question": " ".join(question),
        "domains": [name.strip() for name in domains.split(",")] if domains else None,
        "conversation": conversation,
        "choice": choice,
        "limit": limit,
        "now": now,
    }
    if explain:
        answer = _explain(settings, request)
    else:
        answer = with_client(settings, lambda client: _asked(client, request, teach=teach))
    _print(request["question"], answer, explain=explain, plot=plot, json=json)
    if teach and not json:
        screen.line("remembered; `admin_write` `forget` drops it", style="dim")


async def _asked(client: Client, request: dict[str, Any], *, teach: bool) -> dict[str, Any]:
    """The answer; `teach`: a plan that gave one is vouched for. Both at one instant."""
    if not teach:
        return await client.ask(**request)
    now = request["now"] or time_text(SystemClock().now_us())
    answer = await client.ask(**{**request, "now": now})
    if answer.get("plan") and answer["status"] != "refused":
        lesson = {"question": request["question"], "plan": answer["plan"], "now": now}
        await client.call("admin_write", action="teach", arguments=lesson)
    return answer


def _print(question: str, answer: dict[str, Any], *, explain: bool, plot: bool, json: bool) -> None:
    refused = answer["status"] == "refused"
    if json:
        screen.emit_json(answer)
    elif explain:
        explanation.print_explanation(question, answer)
    if refused:
        for text in answers.refusal_lines(answer):
            screen.note(text)
        raise typer.Exit(1)
    if json or explain:
        return
    answers.print_answer(answer, plot=plot)
    if answer["status"] == "clarify":
        screen.line("Ask again with one of the --choice ids.", style="dim")
    elif answer.get("conversation"):
        screen.line(f"follow up with --conversation {answer['conversation']}", style="dim")


def _explain(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """The plan and its steps. No tool offers this, so the trip is asked itself."""
    # Late: see `session`.
    from orchestrator.ask import AskRequest
    from registry.access import LOCAL

    domains = request["domains"]
    asked = AskRequest(**{**request, "domains": tuple(domains) if domains else None}, explain=True)

    async def work(app: App) -> dict[str, Any]:
        return (await app.asker.ask(asked, LOCAL)).to_wire()

    return with_app(settings, work)
