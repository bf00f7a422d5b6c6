"""The in-house suites are what their authors wrote, and keep the promises of their README."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import orjson
import pytest

from benchmarks.questions.book import half_of
from benchmarks.questions.build import FOLDER, texts
from benchmarks.questions.tables import demo_tables
from benchmarks.questions.workshop import workshop_csv
from orchestrator.demo.company import SEED, company
from orchestrator.eval.suite import load_suite

SUITES = ("demo", "workshop")  # those that have halves


def lines(suite: str) -> list[dict[str, Any]]:
    assert load_suite(FOLDER / suite).questions
    return [orjson.loads(line) for line in _text(suite).splitlines()]


def _text(suite: str) -> bytes:
    return (FOLDER / suite / "questions.jsonl").read_bytes()


def test_the_answers_are_those_of_the_golds_today() -> None:
    for suite, text in texts().items():
        assert _text(suite) == text, f"{suite}: run python3 -m benchmarks.questions.build"
    listed = FOLDER / "workshop" / "databases" / "repairs.csv"
    assert listed.read_text(encoding="utf-8") == workshop_csv()


@pytest.mark.parametrize("suite", SUITES)
def test_conversations_and_pairs_stay_in_one_half(suite: str) -> None:
    for line in lines(suite):
        family = line.get("conversation") or line.get("pair") or line["id"]
        assert line["half"] == half_of(family), line["question"]


def test_both_halves_are_about_as_large() -> None:
    asked = lines("demo")
    counts = Counter(line["half"] for line in asked)
    assert min(counts.values()) > 0.45 * len(asked)


def test_each_domain_and_kind_is_asked_about() -> None:
    addresses = company(SEED, 1_700_000_000_000_000, 0.01).records
    domains = {collection: domain for domain, collection in (a.split(".") for a in addresses)}
    asked: Counter[str] = Counter()
    for line in lines("demo"):
        tables = re.findall(r'(?:from|join) "?(\w+)', line.get("gold_sql", ""))
        asked.update({domains[table] for table in tables})
    assert len(asked) == 12
    assert min(asked.values()) >= 25
    kinds = Counter(line["kind"] for line in lines("demo"))
    assert kinds.keys() == {path.stem for path in (FOLDER / "demo").glob("*.sql")}
    assert min(kinds.values()) >= 10


def test_a_good_part_has_no_answer() -> None:
    expected = Counter(line.get("expect") for line in lines("demo"))
    assert expected["refuse"] >= 60
    assert expected["clarify"] >= 10


def test_the_tables_hold_every_record_of_the_company() -> None:
    tables = demo_tables()
    names = [name for (name,) in tables.execute("SHOW TABLES").fetchall()]
    counts = [len(tables.table(f'"{name}"').fetchall()) for name in names]
    assert dict(zip(names, counts, strict=True))["users"] == 1_500
    assert sum(counts) == 33_745
