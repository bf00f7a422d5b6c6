"""`isotherm eval` on a suite of its own."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from orchestrator.cli import app
from orchestrator.commands.eval import PlannerName
from orchestrator.demo.company import SEED, company
from orchestrator.planner.cascade import PLANNERS
from tests.orchestrator.llm.stub import planned, stub

QUESTIONS = [
    {"id": "1", "db": "zoo", "question": "How many animals are there?", "sql": "SELECT count(*) FROM animals"},
    {"id": "2", "db": "zoo", "question": "What is the average weight of the animals?", "answer": [[30.0]]},
    {"id": "3", "db": "zoo", "question": "How many animals are there?", "answer": [[4]]},
    {"id": "4", "db": "zoo", "question": "Who owns a yacht?", "expect": "refuse"},
    {"id": "5", "db": "zoo", "question": "how many animals per kind?", "conversation": "c",
     "sql": "SELECT kind, count(*) FROM animals GROUP BY kind"},
    {"id": "6", "db": "demo", "question": "how many users are there?", "now": "2026-11-23T10:00:00Z", "answer": [[1500]]},
]  # fmt: skip


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "suite"
    (folder / "databases").mkdir(parents=True)
    connection = sqlite3.connect(folder / "databases" / "zoo.sqlite")
    connection.executescript(
        "CREATE TABLE animals(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, weight REAL);"
        "INSERT INTO animals VALUES (1, 'Ada', 'bear', 20), (2, 'Bo', 'bear', 30), (3, 'Cy', 'fox', 40)"
    )
    connection.close()
    (folder / "questions.jsonl").write_bytes(b"\n".join(map(orjson.dumps, QUESTIONS)))
    return folder


def test_a_suite_is_asked_and_judged(suite: Path, tmp_path: Path) -> None:
    words = ["eval", str(suite), "--json", "--answers", str(tmp_path / "a"), "--failures", str(tmp_path / "f")]  # fmt: skip
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    found = orjson.loads(result.stdout)
    assert (found["questions"], found["strict"], found["lenient"]) == (6, 0.8333, 0.8333)
    status = found["status"]
    # one of the five with rows is wrong; of a file that nobody described some are shown with doubt
    assert (status["answered"] + status["tentative"], status["refused"]) == (5, 1)
    assert found["precision"]["strict"] == round(1 - 1 / status["answered"], 4)
    answers = lines(tmp_path / "a")
    assert {a["id"]: a["rows"] for a in answers}["1"] == [[3]]
    assert all(a["understand_ms"] > 0 for a in answers)
    [failure] = lines(tmp_path / "f")
    assert (failure["id"], failure["rows"], failure["right"]) == ("3", [[3]], [[4]])


def test_every_planner_can_be_asked_alone() -> None:
    assert {name.value for name in PlannerName} == {"cascade", "llm", *PLANNERS}


def test_planners_stand_side_by_side(suite: Path, tmp_path: Path) -> None:
    words = ["eval", str(suite), "--table", "--data", str(tmp_path / "kept")]
    found = orjson.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert found["planners"].keys() == {"rules", "network", "cascade"}
    best = max(part["strict"] for part in found["planners"].values())
    assert found["oracle"]["strict"] >= best
    shown = CliRunner().invoke(app, words).stdout
    assert "cascade" in shown and "oracle" in shown


def test_a_language_model_is_asked_alone_if_one_is_set_up(
    suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["eval", str(suite), "--planner", "llm", "--json"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 1 and "llm_provider" in result.stderr
    with stub(planned(None, answers=False)) as server:
        for name, value in (("PROVIDER", "openai"), ("MODEL", "m"), ("URL", server.url)):
            monkeypatch.setenv(f"ISOTHERM_LLM_{name}", value)
        found = orjson.loads(CliRunner().invoke(app, words).stdout)
        assert len(server.asked) == found["questions"] == 6
        found = orjson.loads(CliRunner().invoke(app, [*words[:3], "rules", "--json"]).stdout)
        assert len(server.asked) == 6 and found["strict"] == 0.8333


def test_ingested_databases_are_used_again(suite: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    words = ["eval", str(suite), "--data", str(kept), "--json"]
    first, second = (orjson.loads(CliRunner().invoke(app, words).stdout) for _ in range(2))
    assert first["strict"] == second["strict"]
    assert (kept / "zoo" / "rows").is_dir()


def test_a_database_that_cannot_be_ingested_costs_its_own_questions(suite: Path) -> None:
    (suite / "databases" / "bad.sqlite").write_bytes(b"no database")
    question = {"id": "7", "db": "bad", "question": "how many?", "answer": [[0]]}
    with (suite / "questions.jsonl").open("ab") as file:
        file.write(b"\n" + orjson.dumps(question))
    found = orjson.loads(CliRunner().invoke(app, ["eval", str(suite), "--json"]).stdout)
    status = found["status"]
    assert (found["questions"], status["answered"] + status["tentative"]) == (7, 5)


def write(folder: Path, *questions: dict[str, Any]) -> Path:
    (folder / "questions.jsonl").write_bytes(b"\n".join(map(orjson.dumps, questions)))
    return folder


def test_a_csv_is_asked_about_and_further_columns_do_no_harm_where_none_were_named(
    suite: Path,
) -> None:
    (suite / "databases" / "repairs.csv").write_text("Job,Bike\n1,Trek\n2,Cube\n3,Cube\n")
    many = {
        "db": "repairs",
        "question": "number of repairs by bike",
        "answer": [["Trek"], ["Cube"]],
    }
    write(suite, {"id": "1", **many}, {"id": "2", **many, "further": True})
    found = orjson.loads(CliRunner().invoke(app, ["eval", str(suite), "--json"]).stdout)
    assert (found["strict"], found["lenient"]) == (0.5, 1.0)


def test_a_frozen_half_is_scored_and_its_failures_are_not_written(
    suite: Path, tmp_path: Path
) -> None:
    wrong = {
        "db": "zoo",
        "question": "How many animals are there?",
        "answer": [[4]],
        "kind": "counts",
    }
    write(suite, {"id": "1", **wrong, "half": "tuning"}, {"id": "2", **wrong, "half": "frozen"})
    result = CliRunner().invoke(app, ["eval", str(suite), "--failures", str(tmp_path / "f")])
    assert [line["id"] for line in lines(tmp_path / "f")] == ["1"]
    assert "frozen" in result.stdout
    assert "counts" in result.stdout


def test_one_half_can_be_asked_alone(suite: Path) -> None:
    right = {"db": "zoo", "question": "How many animals are there?", "answer": [[3]]}
    write(suite, {"id": "1", **right, "half": "tuning"}, {"id": "2", **right, "half": "frozen"})
    words = ["eval", str(suite), "--half", "tuning", "--json"]
    found = orjson.loads(CliRunner().invoke(app, words).stdout)
    assert (found["questions"], found["halves"].keys()) == (1, {"tuning"})
    write(suite, {"id": "1", **right})
    result = CliRunner().invoke(app, words)
    assert (result.exit_code, "no questions of the half" in result.stderr) == (1, True)


def test_a_kept_demo_is_asked_at_its_own_now(tmp_path: Path) -> None:
    """Else a question without one would be asked at the wall clock, days after the last record."""
    now, kept = "2026-03-12T10:00:00Z", tmp_path / "kept"
    records = company(SEED, 1_773_309_600_000_000).records["session.sessions"]
    yesterday = sum(record["started_at"].startswith("2026-03-11") for record in records)
    question = {
        "db": "demo",
        "question": "How many sessions were there yesterday?",
        "answer": [[yesterday]],
    }
    for asked in ({"id": "1", "now": now, **question}, {"id": "2", **question}):
        words = ["eval", str(write(tmp_path, asked)), "--data", str(kept), "--json"]
        found = orjson.loads(CliRunner().invoke(app, words).stdout)
        assert found["strict"] == 1.0, asked


def test_a_suite_that_is_none_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["eval", str(tmp_path)])
    assert result.exit_code == 1
    assert "questions.jsonl is missing" in result.stderr


def lines(path: Path) -> list[Any]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]
