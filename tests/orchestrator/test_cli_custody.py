"""Holding and erasing a person, through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from typer.testing import CliRunner

from orchestrator.cli import app

PEOPLE = b'{"id":"u1","name":"Anna","signed_up_at":"2026-01-05T00:00:00Z"}\n'


def test_a_person_is_held_released_and_erased(tmp_path: Path) -> None:
    runner = CliRunner(env={"ISOTHERM_DATA": str(tmp_path / "data"), "ISOTHERM_CONFIG": ""})
    source = tmp_path / "people.jsonl"
    source.write_bytes(PEOPLE)

    def run(*words: str) -> Any:
        return runner.invoke(app, list(words))

    assert run("ingest", str(source), "--into", "user.users").exit_code == 0
    assert "Nothing is held" in run("hold", "list").stdout
    assert "held" in run("hold", "add", "subject", "u1", "--reason", "case 7").stdout
    listed = run("hold", "list")
    assert "case 7" in listed.stdout and "u1" in listed.stdout
    refused = run("erase", "u1")
    assert refused.exit_code == 1 and "isotherm hold remove subject u1" in refused.stderr
    assert run("hold", "remove", "subject", "u1").exit_code == 0
    assert run("hold", "remove", "subject", "u1").exit_code == 1
    assert "would be" in run("erase", "u1", "--dry-run").stdout
    erased = run("erase", "u1")
    assert "user.users" in erased.stdout and "no file holds anything" in erased.stdout
    assert orjson.loads(run("erase", "u1", "--json").stdout)["status"] == "nothing"
    assert run("hold", "add", "planet", "x", "--reason", "r").exit_code == 1


def test_an_erasure_that_could_not_reach_everything_fails(tmp_path: Path) -> None:
    data = tmp_path / "data"
    runner = CliRunner(env={"ISOTHERM_DATA": str(data), "ISOTHERM_CONFIG": ""})
    source = tmp_path / "log.jsonl"
    lines = [
        {"id": f"g{n}", "user": f"u{n}", "at": "2026-01-09T00:00:00Z", "service": "api",
         "level": "error", "message": "m"}
        for n in range(2)
    ]  # fmt: skip
    source.write_bytes(b"\n".join(map(orjson.dumps, lines)))
    for words in (["ingest", str(source), "--into", "logs.entries"], ["cool"]):
        assert runner.invoke(app, words).exit_code == 0
    next(data.rglob("*.parquet")).unlink()
    assert runner.invoke(app, ["check", "--deep"]).exit_code == 1
    for words in (["erase", "u1"], ["erase", "u1", "--json"], ["cool"], ["cool", "--json"]):
        told = runner.invoke(app, words)
        assert told.exit_code == 1 and "logs" in told.output
