"""How an explained question looks on a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from rich.cells import cell_len

from orchestrator.commands.explanation import explanation

QUESTION = "How many purple failed runs per workflow since 3 March?"
ANSWER: dict[str, Any] = {
    "status": "tentative",
    "label": "Number of workflow.runs where status is failed, by workflow",
    "understood": [
        {"words": "How many", "meaning": "runs: how many records", "start": 0, "end": 8},
        {"words": "failed", "meaning": "status = failed", "start": 16, "end": 22},
        {"words": "since 3 March", "meaning": "at from 2026-03-03T00:00:00Z", "start": 41, "end": 54},
        {"words": "(from before)", "meaning": "team is Acme", "carried": True},
    ],
    "not_understood": ["purple"],
    "unused": ["runs"],
    "windows": [{"field": "at", "from": "2026-03-03T00:00:00Z", "before": "2026-11-18T10:30:00Z"}],
    "steps": [{"domain": "workflow", "label": "workflow.runs", "plan": {}}],
    "alternatives": [{"id": "ab12", "label": "Records of workflow.runs", "confidence": 0.5}],
    "confidence": 0.62,
    "planner": "rules",
}  # fmt: skip


def test_the_question_is_drawn_with_what_each_stretch_became() -> None:
    assert explanation(QUESTION, ANSWER, 80, fine=True) == [
        "How many purple failed runs per workflow since 3 March?",
        "1─────── ?───── 2─────                   3────────────",
        "",
        "1 How many → runs: how many records",
        "2 failed → status = failed",
        "3 since 3 March → at from 2026-03-03",
        "? purple → not understood",
        "",
        "carried     team is Acme",
        "plan        Number of workflow.runs where status is failed, by workflow",
        "time        at from 2026-03-03 to before 2026-11-18 10:30 (UTC)",
        "goes to     workflow: workflow.runs",
        "not used    runs",
        "or else     Records of workflow.runs (0.5); pick it with --choice ab12",
        "confidence  0.62 of 1 (tentative), said by the planner rules",
    ]


def test_a_terminal_without_unicode_gets_ascii() -> None:
    lines = explanation(QUESTION, ANSWER, 80, fine=False)
    assert all(line.isascii() for line in lines)
    assert lines[1].startswith("1------- ?----- 2-----")


@pytest.mark.parametrize("width", [40, 57, 80, 200])
@pytest.mark.parametrize("question", [QUESTION, "會話 " * 40, "x" * 300, f"{QUESTION} {QUESTION}"])
def test_no_line_is_wider_than_the_terminal(question: str, width: int) -> None:
    lines = explanation(question, ANSWER, width, fine=True)
    assert max(map(cell_len, lines)) <= width
    said = "".join(
        line for line in lines[: lines.index("")] if line[:1].isalpha() or line[:1] > "─"
    )
    assert said.replace(" ", "").startswith(question.replace(" ", "")[:width])


def test_a_mark_stands_under_its_word_after_wide_letters() -> None:
    span = {"words": "上周", "meaning": "last week", "start": 3, "end": 5}
    lines = explanation("会话 上周", {"status": "answered", "understood": [span]}, 80, fine=True)
    assert lines[:2] == ["会话 上周", "     1───"]


def test_control_characters_never_reach_the_terminal() -> None:
    lines = explanation(
        "runs\x1b[2J of\tall\nthings", {**ANSWER, "label": "a\x1b[0m"}, 80, fine=True
    )
    assert all(line.isprintable() for line in lines)
