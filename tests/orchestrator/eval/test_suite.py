"""A suite folder is checked before anything is asked, and its SQL gives the right rows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import orjson
import pytest

from orchestrator.eval.gold import gold_of, is_ordered
from orchestrator.eval.suite import SuiteQuestion, load_suite
from registry.clock import SystemClock
from registry.errors import BadInput, NotFound


def folder(tmp_path: Path, *lines: object) -> Path:
    (tmp_path / "databases").mkdir()
    connection = sqlite3.connect(tmp_path / "databases" / "shop.sqlite")
    connection.executescript("CREATE TABLE t(a, b); INSERT INTO t VALUES (2, 'y'), (1, 'x')")
    connection.close()
    text = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    (tmp_path / "questions.jsonl").write_bytes(text)
    return tmp_path


def asked(**more: object) -> dict[str, object]:
    return {"id": "1", "db": "shop", "question": "how many?", **more}


def test_keys_that_a_suite_keeps_for_itself_are_passed_over(tmp_path: Path) -> None:
    suite = load_suite(folder(tmp_path, asked(sql="SELECT 1", difficulty="easy"), b""))
    assert [q.sql for q in suite.questions] == ["SELECT 1"]
    assert suite.databases["shop"] == (tmp_path / "databases" / "shop.sqlite", None)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 2 is not JSON"),
        (asked(), "one of `sql`, `answer` and `expect`"),
        (asked(sql="SELECT 1", expect="refuse"), "one of"),
        (asked(sql="SELECT 1", db="../shop"), "line 2: db"),
        (asked(sql="SELECT 1", db="demo"), "needs `answer` or `expect`"),
        (asked(expect="shrug"), "line 2: expect"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: object, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        load_suite(folder(tmp_path, asked(sql="SELECT 1"), line))


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"questions\.jsonl"):
        load_suite(tmp_path)
    with pytest.raises(NotFound, match=r"other\.sqlite"):
        load_suite(folder(tmp_path, asked(sql="SELECT 1", db="other")))


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY count(*)", True),
        ("SELECT a FROM t order\n by a DESC LIMIT 1", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY (b))", False),
        ("SELECT a FROM t WHERE b = 'order by'", False),
    ],
)
def test_an_order_counts_where_the_statement_itself_has_one(sql: str, ordered: bool) -> None:
    assert is_ordered(sql) is ordered


def test_sql_gives_the_right_rows_and_can_only_read(tmp_path: Path) -> None:
    data = folder(tmp_path) / "databases" / "shop.sqlite"

    def gold(sql: str) -> object:
        return gold_of(
            SuiteQuestion(id="1", db="shop", question="?", sql=sql), data, SystemClock()
        ).rows

    assert gold("SELECT b FROM t ORDER BY a") == [["x"], ["y"]]
    for bad in ("DELETE FROM t", "SELECT nothing"):
        with pytest.raises(BadInput, match="question '1'"):
            gold(bad)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="2 questions have the id '1'"):
        load_suite(folder(tmp_path, asked(sql="SELECT 1"), asked(sql="SELECT 2")))


def test_a_database_may_be_a_csv(tmp_path: Path) -> None:
    suite = folder(tmp_path, asked(db="repairs", answer=[[1]]))
    listed = suite / "databases" / "repairs.csv"
    listed.write_text("job,hours\n1,2.5\n")
    assert load_suite(suite).databases == {"repairs": (listed, None)}
    question = asked(id="2", db="repairs", sql="SELECT 1")
    (suite / "questions.jsonl").write_bytes(orjson.dumps(question))
    with pytest.raises(BadInput, match=r"question '2' cannot run over repairs\.csv"):
        load_suite(suite)


def test_the_order_of_a_given_answer_counts_where_the_suite_says_so() -> None:
    for ordered in (True, False):
        question = SuiteQuestion(
            id="1", db="shop", question="?", answer=[[2], [1]], ordered=ordered
        )
        assert gold_of(question, None, SystemClock()).ordered is ordered
