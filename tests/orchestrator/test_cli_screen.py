"""What a person sees of an answer, and what a terminal must never see."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from orchestrator.commands import answers, screen

ANSWER: dict[str, Any] = {
    "status": "answered",
    "text": "Users by country.",
    "columns": [
        {"name": "country", "type": "text"},
        {"name": "spent", "type": "decimal", "unit": "EUR"},
    ],
    "rows": [["Spain", "12.50"], ["Chile\x1b[2J", None], ["Peru", "1.00"]],
    "row_count": 3,
    "truncated": False,
    "partial": False,
    "understood": [{"words": "countries", "meaning": "user.users.country"}],
    "sources": [
        {"collection": "user.users", "tier": "hot", "rows_scanned": 1500, "ms": 1.25, "as_of": ""}
    ],
    "ms": {"understand": 2.0, "total": 5.0},
}


def printed(capsys: pytest.CaptureFixture[str], **changes: Any) -> str:
    answers.print_answer({**ANSWER, **changes})
    return capsys.readouterr().out


def test_an_answer_shows_its_rows_its_reading_and_its_sources(capsys) -> None:
    text = printed(capsys)
    for part in ("Users by country.", "spent (EUR)", "12.50", "countries = user.users.country"):
        assert part in text
    assert "from user.users (hot, 1,500 rows, 1.2 ms) | understand 2.0 ms" in text


def test_stored_control_characters_are_written_out(capsys) -> None:
    text = printed(capsys)
    assert "\x1b" not in text
    assert "Chile\\x1b[2J" in text


def test_more_rows_than_wanted_are_counted(capsys) -> None:
    answers.print_answer(ANSWER, rows_max=1)
    text = capsys.readouterr().out
    assert "2 more rows" in text
    assert "Peru" not in text


def test_a_reader_is_warned_of_what_is_missing_or_unsure(capsys) -> None:
    text = printed(
        capsys, status="tentative", confidence=0.6, missing=["chat"], truncated=True, partial=True
    )
    assert "not sure: confidence 0.6" in text
    assert "no answer from chat" in text
    assert "cut: " in text


def test_choices_show_their_ids(capsys) -> None:
    text = printed(
        capsys,
        status="clarify",
        rows=[],
        choices=[{"id": "ab12", "label": "by city", "plan": {}}],
    )
    assert "--choice ab12   by city" in text


def test_a_refusal_starts_with_its_code_and_says_what_to_try() -> None:
    refused = {
        "status": "refused",
        "text": "t",
        "reason": "Not understood: dog.",
        "not_understood": ["dog"],
        "suggestions": ["count of users"],
    }
    assert answers.refusal_lines(refused) == [
        "not-understood: Not understood: dog.",
        "  not understood: dog",
        "  try: count of users",
    ]
    sick = {**refused, "missing": ["chat"]}
    assert answers.refusal_lines(sick)[0].startswith("unavailable: ")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (True, "yes"),
        (7, "7"),
        (1234567, "1,234,567"),
        (0.5, "0.5"),
        (1234567.891, "1,234,567.9"),
        ("a\nb", "a b"),
        ({"a": [1]}, '{"a":[1]}'),
        ("", ""),
    ],
)
def test_a_value_fits_its_cell(value: Any, text: str) -> None:
    assert screen.cell(value) == text


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert screen.cell("x" * 500) == "x" * (screen.CELL_CHARS_MAX - 1) + "…"


def test_json_for_a_pipe_is_one_line(capsys) -> None:
    screen.emit_json({"a": [1, {"b": None}]})
    text = capsys.readouterr().out
    assert text.count("\n") == 1
    assert orjson.loads(text) == {"a": [1, {"b": None}]}
