"""An answer in its wire form, printed for a person."""

from __future__ import annotations

from typing import Any

from orchestrator.commands import screen
from orchestrator.plot import terminal
from orchestrator.plot.choose import chart_of

_NUMERIC = ("int", "float", "decimal")


def print_answer(
    answer: dict[str, Any], *, rows_max: int | None = None, plot: bool = False
) -> None:
    """The sentence, the rows (drawn, if `plot`), what was understood, and where it came from."""
    screen.line(answer["text"], style="bold")
    if answer.get("rows") and not (plot and _drawn(answer)):
        print_rows(answer, rows_max=rows_max)
    for choice in answer.get("choices", ()):
        screen.line(f"  --choice {choice['id']}   {choice['label']}")
    if words := understood(answer):
        screen.line(f"understood: {words}", style="dim")
    if origin := provenance(answer):
        screen.line(origin, style="dim")
    for caution in cautions(answer):
        screen.line(caution, style="yellow")


def _drawn(answer: dict[str, Any]) -> bool:
    """Draw the rows; `False` where they cannot be, and why is said."""
    made = chart_of(answer)
    if isinstance(made, str):
        screen.line(f"not drawn: {made}.", style="dim")
        return False
    for text in terminal.lines(made, screen.width(), fine=screen.draws("█▏▁─┤└│…")):
        screen.line(text)
    return True


def print_rows(answer: dict[str, Any], *, rows_max: int | None = None) -> None:
    """The rows as a table; the numbers stand right."""
    columns, rows = answer["columns"], answer["rows"]
    headers = [f"{c['name']} ({c['unit']})" if c.get("unit") else c["name"] for c in columns]
    right = [i for i, c in enumerate(columns) if c["type"] in _NUMERIC]
    screen.grid(headers, rows[:rows_max], right=right)
    if rows_max is not None and len(rows) > rows_max:
        screen.line(f"… {len(rows) - rows_max:,} more rows", style="dim")


def understood(answer: dict[str, Any]) -> str:
    """`words = meaning` pairs on one line."""
    return " · ".join(f"{u['words']} = {u['meaning']}" for u in answer.get("understood", ()))


def provenance(answer: dict[str, Any]) -> str:
    """Sources with tier and milliseconds, then the time spent."""
    sources = "; ".join(
        f"{s['collection']} ({s['tier']}, {s['rows_scanned']:,} rows, {s['ms']:.1f} ms)"
        for s in answer.get("sources", ())
    )
    spent = " · ".join(f"{name} {value:.1f} ms" for name, value in answer.get("ms", {}).items())
    parts = (f"from {sources}" if sources else "", spent)
    return " | ".join(part for part in parts if part)


def cautions(answer: dict[str, Any]) -> list[str]:
    """What a reader must know before relying on the rows, one line each."""
    found = []
    if answer["status"] == "tentative":
        found.append(f"not sure: confidence {answer.get('confidence')}; check what was understood.")
    if answer.get("truncated"):
        found.append("cut: there are more rows; ask with a higher --limit.")
    if answer.get("missing"):
        found.append(f"incomplete: no answer from {', '.join(answer['missing'])}.")
    if answer["status"] != "refused" and answer.get("not_understood"):
        found.append(f"not understood: {', '.join(answer['not_understood'])}.")
    return found


def refusal_lines(answer: dict[str, Any]) -> list[str]:
    """Why a question was refused and what to try, for stderr. The first line is `code: message`."""
    lines = [f"not-understood: {answer.get('reason') or answer['text']}"]
    if answer.get("missing"):
        lines = [f"unavailable: {answer.get('reason') or answer['text']}"]
    if answer.get("not_understood"):
        lines.append(f"  not understood: {', '.join(answer['not_understood'])}")
    lines.extend(f"  try: {suggestion}" for suggestion in answer.get("suggestions", ()))
    return lines
