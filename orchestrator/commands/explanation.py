"""`--explain` on a terminal: the question with each stretch numbered, what each became, the plan in
a sentence, where it goes, and what else it could have been. Nothing here needs colour.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len, chop_cells

from orchestrator.commands import screen

_LABEL: Final = 12  # columns of what a line is about
_WIDTH_MIN: Final = 40
_WIDTH_MAX: Final = 100  # longer lines are hard to read


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the question, in code points, and the sign it is marked with."""

    start: int
    end: int
    sign: str


def print_explanation(question: str, answer: dict[str, Any]) -> None:
    """The whole explanation on stdout; of a refused question, as far as it was understood."""
    screen.line()
    for text in explanation(question, answer, screen.width(), fine=screen.draws("─→")):
        screen.line(text)


def explanation(question: str, answer: dict[str, Any], width: int, *, fine: bool) -> list[str]:
    """Its lines, none wider than `width` (40 to 100 columns). `fine`: beyond ASCII."""
    width = min(max(width, _WIDTH_MIN), _WIDTH_MAX)
    spans = [u for u in answer.get("understood", ()) if "start" in u]
    missed = answer.get("not_understood", ())
    marks = [Mark(u["start"], u["end"], str(n)) for n, u in enumerate(spans, 1)]
    marks += _unknown(question, missed, marks)
    out = underlined(question, marks, width, rule="─" if fine else "-")
    out.append("")
    arrow = " → " if fine else " -> "
    for n, span in enumerate(spans, 1):
        out += _entry(f"{n} {span['words']}", span["meaning"], width, arrow)
    out += (f"? {word}{arrow}not understood" for word in missed)
    return out + _facts(answer, width)


def _facts(answer: dict[str, Any], width: int) -> list[str]:
    kept = [u for u in answer.get("understood", ()) if u.get("carried")]
    told = [("carried", u["meaning"]) for u in kept]
    told += [("plan", answer["label"])] if answer.get("label") else []
    told += [("time", window(w)) for w in answer.get("windows", ())]
    told += [("goes to", f"{s['domain']}: {s['label']}") for s in answer.get("steps", ())]
    told += [("not used", ", ".join(answer["unused"]))] if answer.get("unused") else []
    for other in (*answer.get("choices", ()), *answer.get("alternatives", ())):
        sure = f" ({other['confidence']:g})" if other.get("confidence") is not None else ""
        told.append(("or else", f"{other['label']}{sure}; pick it with --choice {other['id']}"))
    if answer.get("confidence") is not None:
        by = f", said by the planner {answer['planner']}" if answer.get("planner") else ""
        told.append(("confidence", f"{answer['confidence']:g} of 1 ({answer['status']}){by}"))
    out = [""] if told else []
    for n, (name, text) in enumerate(told):
        shown = name if not n or told[n - 1][0] != name else ""
        out += _wrapped(text, width, first=f"{shown:<{_LABEL}}", rest=" " * _LABEL)
    return out


def window(found: dict[str, Any]) -> str:
    """A window with absolute ends, in words."""
    start, end = (_moment(found.get(name)) for name in ("from", "before"))
    parts = (f"from {start}" if start else "", f"to before {end}" if start and end else "")
    said = " ".join(part for part in parts if part) or f"before {end}"
    return f"{found['field']} {said} (UTC)"


def _moment(text: str | None) -> str:
    return (text or "").removesuffix("T00:00:00Z").removesuffix(":00Z").replace("T", " ")


def underlined(question: str, marks: list[Mark], width: int, *, rule: str) -> list[str]:
    """The question, in as many lines as it needs, with its marks beneath."""
    out: list[str] = []
    for start, end in _lines(question, width):
        out.append("".join(c if c.isprintable() else " " for c in question[start:end]))
        below, at = "", 0
        for mark in sorted(marks, key=lambda m: m.start):
            first, last = max(mark.start, start), min(mark.end, end)
            gap = cell_len(question[start:first]) - at
            if first >= last or gap < 0:  # not on this line, or a mark stands there already
                continue
            below += " " * gap
            length = cell_len(question[first:last])
            sign = mark.sign if first == mark.start else rule
            below += (sign + rule * length)[: max(length, len(sign))]
            at = cell_len(below)
        out.append(below.rstrip())
    return [text for n, text in enumerate(out) if text or n % 2 == 0]


def _lines(question: str, width: int) -> list[tuple[int, int]]:
    """Where each line of the question begins and ends; lines break at blanks where they can."""
    out, start = [], 0
    while start < len(question):
        fits = len(chop_cells(question[start : start + width], width)[0])
        end = start + fits
        if end < len(question) and question[end] != " ":
            blank = question.rfind(" ", start, end)
            end = blank + 1 if blank > start else end
        out.append((start, end))
        start = end + (1 if end < len(question) and question[end] == " " else 0)
    return out


def _unknown(question: str, missed: list[str], marks: list[Mark]) -> list[Mark]:
    out = []
    for word in missed:
        pattern = r"\W+".join(map(re.escape, word.split()))
        found = re.search(rf"(?<!\w){pattern}(?!\w)", question, re.IGNORECASE)
        if found and not any(m.start < found.end() and found.start() < m.end for m in marks):
            out.append(Mark(found.start(), found.end(), "?"))
    return out


def _entry(words: str, meaning: str, width: int, arrow: str) -> list[str]:
    head = screen.clean(words) + arrow
    return _wrapped(_short(meaning), width, first=head, rest="    ")


def _short(meaning: str) -> str:
    return meaning.replace("T00:00:00Z", "")


def _wrapped(text: str, width: int, *, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        screen.clean(text), width, initial_indent=first, subsequent_indent=rest
    ) or [first.rstrip()]
