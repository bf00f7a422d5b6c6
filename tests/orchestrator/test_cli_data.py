"""Data through the command line: in, asked, fetched, and a domain that comes and goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from orchestrator.cli import app

Run = Callable[..., Any]
USERS = """\
id,name,plan,country,signed_up_at
u1,Ana Ruiz,pro,Spain,2026-11-17T10:00:00Z
u2,Bo Lind,free,Sweden,2026-11-18T10:00:00Z
u3,Cleo Gray,pro,Spain,2026-10-02T10:00:00Z
"""
NOW = ("--now", "2026-11-23T12:00:00Z")
LIBRARY = """\
domain: library
collections:
  books:
    key: isbn
    fields:
      isbn: {type: text}
      title: {type: text}
      pages: {type: int}
"""


def runner_on(folder: Path) -> Run:
    """Commands on a data folder."""
    runner = CliRunner(env={"ISOTHERM_DATA": str(folder), "ISOTHERM_CONFIG": ""})
    return lambda *words, **options: runner.invoke(app, list(words), **options)


def data_of(result: Any) -> Any:
    assert result.exit_code == 0, result.output
    return orjson.loads(result.stdout)


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A data folder with three users in it, which these tests only read."""
    folder = tmp_path_factory.mktemp("users")
    run = runner_on(folder / "data")
    (folder / "users.csv").write_text(USERS)
    [outcome] = data_of(run("ingest", str(folder / "users.csv"), "--into", "user.users", "--json"))
    assert outcome["accepted"] == 3
    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return runner_on(tmp_path / "data")


def test_a_question_is_answered_with_a_table_and_its_sources(users: Run) -> None:
    result = users("ask", "how", "many", "users", "signed", "up", "last", "week?", *NOW)
    assert result.exit_code == 0
    assert "understood: " in result.stdout
    assert "from user.users (" in result.stdout


def test_an_answers_plan_runs_again_and_gives_the_same_rows(users: Run, tmp_path: Path) -> None:
    answer = data_of(users("ask", "how many users per country?", "--json", *NOW))
    file = tmp_path / "answer.json"
    file.write_bytes(orjson.dumps(answer))
    again = data_of(users("query", str(file), "--json"))
    assert again["rows"] == answer["rows"] == [["Spain", 2], ["Sweden", 1]]


def test_explain_shows_the_plan_and_reads_no_rows(users: Run) -> None:
    answer = data_of(users("ask", "how many users per country?", "--explain", "--json"))
    assert answer["plan"]["from"] == "user.users"
    assert answer["rows"] == []
    assert (
        "goes to     user: Number of user.users, by country"
        in users("ask", "how many users per country?", "--explain").stdout
    )


def test_a_refused_question_exits_1_with_its_reason(users: Run) -> None:
    result = users("ask", "which users own a dog?")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("not-understood: ")
    as_json = users("ask", "which users own a dog?", "--json")
    assert as_json.exit_code == 1
    assert orjson.loads(as_json.stdout)["status"] == "refused"


def test_records_are_fetched_and_missing_ones_named(users: Run) -> None:
    result = users("get", "user.users", "u1", "u9")
    assert "Ana Ruiz" in result.stdout
    assert result.stderr == "not-found: user.users has no 'u9'.\n"
    assert result.exit_code == 1
    assert data_of(users("get", "user.users", "u2", "--json"))["records"][0]["plan"] == "free"


def test_an_unknown_collection_is_refused_without_a_traceback(users: Run) -> None:
    result = users("get", "user.pets", "p1")
    assert result.exit_code == 1
    assert result.stderr.startswith("unknown-domain: No collection 'pets' in user;")


def test_a_plan_that_is_none_is_refused(users: Run, tmp_path: Path) -> None:
    for body, code in (("{", "bad-input"), ("[]", "bad-input"), ('{"from": "x.y"}', "unknown")):
        file = tmp_path / "plan.json"
        file.write_text(body)
        result = users("query", str(file))
        assert result.exit_code == 1
        assert result.stderr.startswith(code)


def test_describe_says_what_is_stored(users: Run) -> None:
    domains = data_of(users("describe", "--json"))["domains"]
    assert {"user.users": 3, "user.teams": 0} in [d["collections"] for d in domains]
    text = users("describe", "user.users").stdout
    assert "user.users: 3 records, 2026-10-02" in text
    assert "signed_up_at" in text
    assert users("describe", "plan").stdout.startswith("A plan is JSON.")


def test_doctor_finds_a_healthy_folder_healthy(users: Run) -> None:
    report = data_of(users("doctor", "--json"))
    assert report["problems"] == []
    assert {link["domain"] for link in report["links"] if link["up"]} >= {"user", "system"}
    assert report["settings"]["data"]["source"] == "environment"
    assert users("doctor").exit_code == 0


def test_doctor_makes_no_data_folder(run: Run, tmp_path: Path) -> None:
    report = data_of(run("doctor", "--json"))
    assert report["data"]["exists"] is False
    assert not (tmp_path / "data").exists()


def test_doctor_names_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = runner_on(tmp_path / "file" / "data")("doctor")
    assert result.exit_code == 1
    assert "is not a folder" in result.stderr


def test_a_folder_is_loaded_file_by_file_and_a_bad_file_does_not_stop_it(
    run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("at,value\n2026-11-01T00:00:00Z,1\n2026-11-01T00:01:00Z,2\n")
    (folder / "b.parquet").write_bytes(b"PAR1 and then nothing of the kind")
    (folder / "c.csv").write_text("at,value\n2026-11-01T00:00:00Z,3\n")
    words = ("ingest", str(folder), "--into", "metrics.points", "--set", "series={stem}", "--json")
    result = run(*words)
    assert result.exit_code == 1
    a, b, c = orjson.loads(result.stdout)
    assert (a["accepted"], c["accepted"]) == (2, 1)
    assert "error" in b
    assert ": b.parquet: " in result.stderr

    a, _, c = orjson.loads(run(*words).stdout)
    assert (a["accepted"], a["duplicate"], c["duplicate"]) == (0, 2, 1)
    answer = data_of(run("ask", "how many points are there per series?", "--json"))
    assert sorted(answer["rows"]) == [["a", 2], ["c", 1]]


def test_what_is_said_of_many_sources_is_said_once(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.csv").write_text(f"at,value\n2026-11-01 00:00:00,{ord(name)}\n")
    result = run("ingest", str(tmp_path), "--into", "metrics.points", "--set", "series={stem}")
    assert result.exit_code == 0
    assert "3 sources: 'at': times without a zone are taken as UTC" in result.stderr
    assert result.stderr.count("UTC") == 1


def test_stdin_is_a_source(run: Run) -> None:
    stdin = '{"id": "u1", "name": "Ana"}\n{"id": "u2", "name": "Bo"}\n'
    words = ("ingest", "-", "--format", "jsonl", "--into", "user.users", "--json")
    [outcome] = data_of(run(*words, input=stdin))
    assert outcome["accepted"] == 2


def test_a_constant_is_read_as_its_fields_type(run: Run, tmp_path: Path) -> None:
    (tmp_path / "days.csv").write_text("at\n2026-11-01T00:00:00Z\n2026-11-02T00:00:00Z\n")
    words = ["ingest", str(tmp_path / "days.csv"), "--into", "metrics.points", "--json"]
    bad = run(*words, "--set", "series=a", "--set", "value=many")
    assert bad.exit_code == 1
    assert "set value" in bad.stderr
    [outcome] = data_of(run(*words, "--set", "series=a", "--set", "value=2.5"))
    assert outcome["accepted"] == 2


def test_a_dry_run_stores_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(USERS)
    source = str(tmp_path / "users.csv")
    assert run("ingest", source, "--into", "user.users", "--dry-run").exit_code == 0
    [outcome] = data_of(run("ingest", source, "--into", "user.users", "--json"))
    assert outcome["accepted"] == 3


def test_a_domain_is_added_used_and_removed_when_empty(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "library.yaml"
    file.write_text(LIBRARY)
    assert run("domain", "add", str(file)).stdout == "library is in force: books.\n"
    assert run("domain", "add", str(file)).stdout == "library is there already, and the same.\n"
    assert "library" in run("domain", "list").stdout

    file.write_text(LIBRARY.replace("pages: {type: int}", "pages: {type: date}"))
    stdin = '{"isbn": "1", "title": "Heat", "pages": 300}'
    words = ("ingest", "-", "--format", "json", "--into", "library.books")
    assert run(*words, input=stdin).exit_code == 0
    refused = run("domain", "add", str(file))
    assert refused.exit_code == 1
    assert refused.stderr.startswith("conflict: ")

    kept = run("domain", "remove", "library")
    assert kept.exit_code == 1
    assert "holds 1 records" in kept.stderr
    builtin = run("domain", "remove", "chat")
    assert builtin.exit_code == 1


def test_data_in_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    result = runner_on(tmp_path / "file" / "data")("describe")
    assert result.exit_code == 1
    assert result.stderr.partition(":")[0] in ("unavailable", "storage-full")


def test_an_answer_that_is_right_is_remembered_with_teach(run: Run, tmp_path: Path) -> None:
    (tmp_path / "users.csv").write_text(USERS)
    run("ingest", str(tmp_path / "users.csv"), "--into", "user.users")
    asked = ("ask", "how many users signed up in the last 7 days", *NOW, "--json")
    assert data_of(run(*asked))["planner"] != "verified"
    data_of(run(*asked, "--teach"))
    later = data_of(run(*asked[:2], "--now", "2026-11-24T12:00:00Z", "--json"))
    assert later["planner"] == "verified"
    assert later["plan"]["where"]["args"][0]["value"] == "2026-11-17T12:00:00Z"
