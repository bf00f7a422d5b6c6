"""Where the data is, through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from typer.testing import CliRunner

from orchestrator.cli import app

NOW = "2026-11-23T12:00:00Z"
POINTS = b"\n".join(
    orjson.dumps({"id": f"p{n}", "series": "s", "at": f"2025-03-0{n + 1}T00:00:00Z", "value": n})
    for n in range(4)
)


def test_the_commands_tell_move_and_check(tmp_path: Path) -> None:
    runner = CliRunner(env={"ISOTHERM_DATA": str(tmp_path / "data"), "ISOTHERM_CONFIG": ""})
    source = tmp_path / "points.jsonl"
    source.write_bytes(POINTS)

    def run(*words: str) -> Any:
        return runner.invoke(app, list(words))

    assert run("ingest", str(source), "--into", "metrics.points").exit_code == 0
    assert "not worth a segment" in run("tiers", "metrics", "--now", NOW).stdout
    assert run("policy", "metrics", "--set", "min_rows=1").exit_code == 0
    listed = run("tiers", "metrics")
    assert "metrics.points/2025-03" in listed.stdout and "cold" in listed.stdout
    cooled = orjson.loads(run("cool", "metrics", "--now", NOW, "--json").stdout)
    (moved,) = cooled["moved"]
    assert moved["rows"] == 4
    assert "Nothing has cooled" in run("cool", "--now", NOW).stdout
    checked = run("check", "--deep")
    assert checked.exit_code == 0 and "1 segments" in checked.stdout
    assert "Nothing to compact" in run("compact", "metrics").stdout
    assert "4 records are warm" in run("move", moved["place"], "warm").stdout
    assert run("move", "nothing", "cold").exit_code == 1


def test_a_policy_is_shown_and_set(tmp_path: Path) -> None:
    runner = CliRunner(env={"ISOTHERM_DATA": str(tmp_path / "data"), "ISOTHERM_CONFIG": ""})

    def run(*words: str) -> Any:
        return runner.invoke(app, ["policy", *words])

    assert "cool_after_days" in run("chat").stdout
    changed = run("chat", "--set", "cool_after_days=30", "--set", "pin=[messages]", "--json")
    assert orjson.loads(changed.stdout)["policy"]["pin"] == ["messages"]
    assert orjson.loads(run("chat", "--json").stdout)["set"] == ["cool_after_days", "pin"]
    assert orjson.loads(run("chat", "--set", "pin=", "--json").stdout)["set"] == ["cool_after_days"]
    for words in (["chat", "--set", "cool_after_days=x"], ["chat", "--set", "x"], ["nothing"]):
        assert run(*words).exit_code == 1
